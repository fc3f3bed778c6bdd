/** The commands as functions, for programs that offer them under names of their own. */
export type { CommandOptions } from './command';
export { kernelCommand } from './kernel';
export { notebooksCommand } from './notebooks';
