import { simulatedAnnotations } from './simulatedAnnotations';
import { writeFileAtomic } from '#statistics/files';
import { readPredictions } from '#statistics/predictions/readPredictions';

/**
 * Makes up the answers that the notebook of the human study shows until there are real ones:
 *
 *     npm run annotations:simulated
 */
async function main(): Promise<void> {
  const rows = simulatedAnnotations(await readPredictions('data/population'));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await writeFileAtomic('data/annotations/simulated.jsonl', lines.join(''));
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
