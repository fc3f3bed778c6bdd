/** Runs Jupyter notebooks of TypeScript without Jupyter, and gives Jupyter a kernel for them. */
export type { CellError } from './cellError';
export { type CellFailure, describeFailure } from './cellFailure';
export { type CellDifference, differences, keepStored } from './compareNotebooks';
export { describeDifferences } from './comparison/describe';
export type { Difference } from './comparison/difference';
export { differencesPage, type NotebookDifferences } from './comparison/differencesPage';
export { NamedError, NotebookError, OptionError } from './errors';
export {
  installKernel,
  prefixDataFolder,
  uninstallKernel,
  userDataFolder,
} from './kernelspec';
export {
  type Cell,
  type CellBase,
  type CellEvent,
  type CellOutput,
  type ClearOutput,
  type CodeCell,
  type DisplayContent,
  type DisplayOutput,
  type ErrorOutput,
  type MimeBundle,
  type Named,
  type Notebook,
  type ResultOutput,
  readNotebook,
  type StreamOutput,
  type TextCell,
  type UpdateOutput,
  writeNotebook,
} from './notebook';
export { type Links, type PageFolders, relativeLinks } from './pages/links';
export type { PlotlyFigure } from './pages/outputs';
export { notebookPage, type PageOptions } from './pages/page';
export { type Heading, type NotebookParts, notebookParts, type PartsOptions } from './pages/parts';
export { type PageScripts, pageScripts } from './pages/scripts';
export { NOTEBOOK_STYLE } from './pages/style';
export { withParameters } from './parameters';
export type { ProgressSink } from './progress';
export {
  type CellPlace,
  type CellResult,
  type RunObserver,
  type RunOptions,
  type RunResult,
  runNotebook,
} from './runNotebook';
