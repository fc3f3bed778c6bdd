import { dirname, relative, resolve, sep } from 'node:path';
import type { Exported } from './face';
import { ROOT } from './packages';

/** The stages of a study, each with the folders whose cells belong to it. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  Data: ['datasets', 'corruptions', 'records'],
  'Training and compression': ['models', 'training', 'compression', 'backend'],
  Evaluation: ['evaluation'],
  Statistics: ['analysis', 'frames', 'predictions'],
  Audit: ['audit'],
  Figures: ['figures', 'pictures'],
  Files: [],
};

export const STAGES = Object.keys(FOLDERS);

/**
 * The stage of a cell: files for one that reads or writes them, else the one of its folder.
 *
 * @throws Error where no stage has the folder
 */
export function stageOf({ name, declarations, owner }: Exported): string {
  if (/^(read|write)[A-Z]/.test(name)) return 'Files';
  const { fileName } = declarations[0]!.getSourceFile();
  const [folder] = relative(resolve(ROOT, owner!.dist), dirname(fileName)).split(sep);
  const stage = STAGES.find((one) => FOLDERS[one]!.includes(folder!));
  if (!stage)
    throw new Error(`${name}: no stage has the folder ${folder}; add it in docs/tools/stages.ts.`);
  return stage;
}
