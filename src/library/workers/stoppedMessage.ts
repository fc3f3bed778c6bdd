/**
 * The message of long work that a signal stopped.
 *
 * @param work subject of the sentence, as `Training`
 * @param folder where a rerun resumes; undefined where nothing was saved
 * @param progress how far it had come, as ` at step 5 of 40`; default: nothing
 */
export function stoppedMessage(work: string, folder?: string, progress = ''): string {
  const wayOut =
    folder === undefined
      ? '; without a folder nothing is kept of it'
      : `; run it again to go on from ${folder}`;
  return `${work} was stopped${progress}${wayOut}.`;
}
