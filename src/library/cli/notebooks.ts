import { withNotebookCommands } from './notebookCommands';

/** `sbd notebooks`: executes notebooks. */
export function notebooks(argv: readonly string[]): Promise<number> {
  const command = 'sbd notebooks';
  return withNotebookCommands(command, ({ notebooksCommand }) =>
    notebooksCommand(argv, { command }),
  );
}
