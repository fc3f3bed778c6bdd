import { existsSync, readFileSync, statSync } from 'node:fs';
import { isObject } from '../checkCell';
import { NotebookError } from '../errors';
import { NOTEBOOK_METADATA } from '../kernelspec';
import { type Notebook, readNotebook, writeNotebook } from '../notebook';
import { sha256 } from '../sha256';
import { writeFileAtomic } from '../writeFileAtomic';
import { mergeCells } from './mergeCells';
import { headerOf, percentCells, percentText } from './percent';

/** The two forms of a notebook, by the endings of their files. */
export type Form = 'ipynb' | 'ts';

/** Which of a notebook's two files was edited. */
export type Step =
  /** They say the same. */
  | 'in step'
  /** The notebook was edited, or has no twin yet. */
  | 'ipynb'
  /** The twin was edited, or has no notebook yet. */
  | 'ts';

/** The member of a notebook's metadata that this package writes. */
const OWN = 'typescript-notebooks';

/** A notebook and its twin, a text in percent format; at least one of them exists. */
export class Twin {
  private readonly notebook: Notebook | undefined;
  private readonly text: string | undefined;

  /**
   * @param path the path of both, without the ending
   * @throws NotebookError if neither exists
   */
  constructor(private readonly path: string) {
    const [notebook, text] = [this.file('ipynb'), this.file('ts')];
    this.text = existsSync(text) ? readFileSync(text, 'utf8') : undefined;
    if (existsSync(notebook) || this.text === undefined) this.notebook = readNotebook(notebook);
    if (this.text !== undefined && !/^\/\/ ?%%/m.test(this.text))
      throw new NotebookError(
        `${text}: expected a notebook in percent format, with a line // %% above each cell; found none. ` +
          'A file of another kind must have another name than the notebook.',
      );
  }

  /** The path of one of the files. */
  file(form: Form): string {
    return `${this.path}.${form}`;
  }

  /**
   * @param from the one to take where both were edited
   * @throws NotebookError if both were edited since they were last in step, and none is to be taken
   */
  step(from?: Form): Step {
    const { notebook, text } = this;
    if (!notebook || text === undefined) return notebook ? 'ipynb' : 'ts';
    const [own, other] = [sha256(percentText(notebook.cells)), sha256(normal(text))];
    const last = rememberedIn(notebook);
    if (own === other) return 'in step';
    if (other === last) return 'ipynb';
    if (own === last) return 'ts';
    if (from) return from;
    const [ipynb, ts] = [this.file('ipynb'), this.file('ts')];
    const newer = statSync(ipynb).mtimeMs > statSync(ts).mtimeMs ? ipynb : ts;
    const why = last === undefined ? 'were never in step' : 'both were edited since then';
    throw new NotebookError(
      `${ipynb} and ${ts} differ, and ${why}. By the times of the files, ${newer} is the newer one. ` +
        'Take one of them by --from ipynb or --from ts, which overwrites the other.',
    );
  }

  /** Writes the file that was not edited, and notes in the notebook that both are in step. */
  take(step: Step): void {
    const { notebook, text = '' } = this;
    const cells =
      step === 'ts'
        ? mergeCells(notebook?.cells ?? [], percentCells(text))
        : (notebook?.cells ?? []);
    const twin = percentText(cells);
    const metadata = notebook?.metadata ?? NOTEBOOK_METADATA;
    if (step === 'ts' || !notebook || rememberedIn(notebook) !== sha256(twin))
      writeNotebook(this.file('ipynb'), {
        cells,
        metadata: { ...metadata, [OWN]: { ...ownOf(metadata), twin: sha256(twin) } },
      });
    if (step === 'ipynb') writeFileAtomic(this.file('ts'), headerOf(text) + twin);
  }
}

/** The text as this package writes it: without a header and without blank lines that a formatter added. */
function normal(text: string): string {
  return percentText(percentCells(text));
}

function ownOf(metadata: Notebook['metadata']): { readonly twin?: unknown } {
  const own = metadata[OWN];
  return isObject(own) ? own : {};
}

function rememberedIn({ metadata }: Notebook): unknown {
  return ownOf(metadata).twin;
}
