import { withNotebookCommands } from './notebookCommands';

/** `sbd kernel`: adds the kernel to Jupyter or removes it. */
export function kernel(argv: readonly string[]): Promise<number> {
  const command = 'sbd kernel';
  return withNotebookCommands(command, ({ kernelCommand }) => kernelCommand(argv, { command }));
}
