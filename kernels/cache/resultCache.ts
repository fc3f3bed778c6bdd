import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { NOTEBOOK_METADATA } from '../kernelspec';
import type { CodeCell, Notebook } from '../notebook';
import { type CellResult, isRun, type RunResult } from '../runNotebook';
import { sha256 } from '../sha256';
import { writeFileAtomic } from '../writeFileAtomic';
import { changeOf, type Inputs, inputsOf } from './inputs';

/** The results of a notebook's last run, as a file holds them. */
interface Entry {
  readonly inputs: Inputs;
  readonly cells: readonly Pick<CodeCell, 'execution_count' | 'outputs'>[];
}

/** Keeps results of notebooks in a folder, and reuses them while everything that they depend on is the same. */
export class ResultCache {
  /**
   * @param folder where the results are
   * @param data the paths of the files that the notebooks read
   */
  constructor(
    private readonly folder: string,
    private readonly data: readonly string[],
  ) {}

  /** What a notebook's results depend on now. */
  inputs(path: string, notebook: Notebook): Promise<Inputs> {
    return inputsOf(notebook, dirname(resolve(path)), this.data, this.folder);
  }

  /** The result of an earlier run with the same inputs, or why there is none. */
  find(path: string, notebook: Notebook, inputs: Inputs): RunResult | string {
    const entry = this.read(path);
    if (typeof entry === 'string') return entry;
    return changeOf(entry.inputs, inputs) ?? resultOf(notebook, entry);
  }

  /** Keeps a result, unless what it depends on has changed meanwhile; returns why it does not keep it. */
  async keep(
    path: string,
    notebook: Notebook,
    inputs: Inputs,
    result: RunResult,
  ): Promise<string | undefined> {
    const change = changeOf(inputs, await this.inputs(path, notebook));
    if (change !== undefined) return `${change} while it ran`;
    const cells = result.notebook.cells
      .filter(isRun)
      .map(({ execution_count, outputs }) => ({ execution_count, outputs }));
    const text = JSON.stringify({ inputs, cells } satisfies Entry);
    mkdirSync(this.folder, { recursive: true });
    writeFileAtomic(this.file(path), `${sha256(text)}\n${text}\n`);
    return undefined;
  }

  private read(path: string): Entry | string {
    let text: string;
    try {
      text = readFileSync(this.file(path), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? 'there is no result of it' : `its result cannot be read (${code})`;
    }
    const [hash, entry = ''] = text.split('\n');
    if (hash !== sha256(entry)) return 'its result is damaged';
    return JSON.parse(entry) as Entry;
  }

  /** Notebooks of equal names in different folders have different files. */
  private file(path: string): string {
    const place = sha256(resolve(path)).slice(0, 8);
    return join(this.folder, `${basename(path, '.ipynb')}-${place}.json`);
  }
}

function resultOf(notebook: Notebook, { cells: stored }: Entry): RunResult {
  const waiting = [...stored];
  const results: CellResult[] = [];
  const cells = notebook.cells.map((cell) => {
    if (!isRun(cell)) return cell;
    const { execution_count, outputs } = waiting.shift()!;
    const { id, source } = cell;
    results.push({ id, source, number: execution_count!, outcome: 'passed', seconds: 0 });
    return { ...cell, execution_count, outputs };
  });
  return {
    notebook: { cells, metadata: { ...notebook.metadata, ...NOTEBOOK_METADATA } },
    cells: results,
  };
}
