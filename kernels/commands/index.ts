/** The commands as functions, for programs that offer them under other names. */
export type { CommandOptions } from './command';
export { kernelCommand } from './kernel';
export { notebooksCommand } from './notebooks';
