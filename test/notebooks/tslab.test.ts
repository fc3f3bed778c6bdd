import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { globSync } from 'tinyglobby';
import { type CodeCell, readNotebook } from '#kernels/notebook';
import { withParameters } from '#kernels/parameters';
import { JupyterClient } from '../kernels/jupyterClient';
import { temporaryFolder } from '../library/records/temporary';

const FOLDER = join(__dirname, '../../../notebooks');

/** Four models of each sparsity, since the cells' types are tested and not their numbers. */
const population = temporaryFolder();

/**
 * The notebooks that read the population and nothing else. Without an `imagenet` they would simulate
 * predictions of ImageNet's size.
 */
const NOTEBOOKS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '02-top-one-spread': { population },
  '03-class-changes': { population, imagenet: population, samples: 2 },
  '04-hurt-and-helped': { population, imagenet: population, samples: 2 },
  '05-level-table': { population, imagenet: population, samples: 2 },
  '06-pie-accuracy': { population },
};

/** What tslab prints where nobody handles an exception; the cell's status stays `ok`. */
const UNHANDLED = /^(UncaughtException|UnhandledPromiseRejection):/m;

/**
 * Executes a cell and returns what it printed.
 *
 * @throws Error with tslab's message, which is text on stderr, where the cell does not compile or throws
 */
type Execute = (source: string) => Promise<string>;

/** Without the rest of long lines: Node quotes the line that threw, and bundled ones are long. */
function shortened(text: string): string {
  return text
    .split('\n')
    .map((line) => line.slice(0, 200))
    .join('\n');
}

/**
 * tslab sends messages without waiting for those before, and loses one where its socket is still busy
 * ("Socket is busy writing"). Nothing tells a lost message from a late one.
 */
const PATIENCE = 120_000;
const ATTEMPTS = 4;

class LostMessage extends Error {}

/** Gives a test a kernel of tslab's that ends with it; another one where a message was lost. */
async function withTslab(folder: string, work: (execute: Execute) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await inTslab(folder, work);
    } catch (error) {
      if (!(error instanceof LostMessage) || attempt === ATTEMPTS) throw error;
    }
}

async function inTslab(folder: string, work: (execute: Execute) => Promise<void>): Promise<void> {
  const client = await JupyterClient.startTslab(folder);
  const exit = once(client.kernel, 'exit').then(([code]): never => {
    throw new Error(`tslab ended with exit code ${code}.`);
  });
  const execute: Execute = async (source) => {
    const lost = new AbortController();
    const { reply, published } = await Promise.race([
      client.execute(source),
      exit,
      setTimeout(PATIENCE, undefined, { signal: lost.signal }).then((): never => {
        throw new LostMessage(`tslab does not answer:\n${source}`);
      }),
    ]).finally(() => lost.abort());
    // For a moment after a failure tslab turns down every cell.
    if (reply.content.status === 'abort') return execute(source);
    const textOf = (name: string) =>
      published
        .filter(({ content }) => content.name === name)
        .map(({ content }) => content.text)
        .join('');
    if (reply.content.status !== 'ok' || UNHANDLED.test(textOf('stderr')))
      throw new Error(`${shortened(textOf('stderr'))}\nin the cell\n${source}`);
    return textOf('stdout');
  };
  try {
    await Promise.race([work(execute), exit]);
  } finally {
    await client.close();
  }
}

/** Checks the failure of a cell; one whose message was lost is not known, and is for another kernel to tell. */
async function fails(executed: Promise<string>, message: RegExp): Promise<void> {
  await assert.rejects(executed, (error: Error) => {
    if (error instanceof LostMessage) throw error;
    assert.match(error.message, message);
    return true;
  });
}

function copyPopulation(to: string): void {
  const from = join(__dirname, '../../../data/population');
  const files = globSync('sparsity=*/replicate=0[0-3].parquet', { cwd: from });
  for (const file of ['population.json', ...files]) cpSync(join(from, file), join(to, file));
}

describe('stock tslab', () => {
  before(() => copyPopulation(population));

  it('is the version that the notebooks are promised to run in', () => {
    assert.equal(require('tslab/package.json').version, '1.0.22');
  });

  for (const [name, parameters] of Object.entries(NOTEBOOKS))
    it(`executes ${name}, and shows text where the notebook shows anything`, async () => {
      const path = join(FOLDER, `${name}.ipynb`);
      const { cells } = withParameters(path, readNotebook(path), parameters);
      const codeCells = cells.filter((cell): cell is CodeCell => cell.cell_type === 'code');
      await withTslab(FOLDER, async (execute) => {
        for (const { source, outputs } of codeCells) {
          const text = await execute(source);
          if (outputs.length > 0) assert.notEqual(text, '', source);
        }
      });
    });

  it('fails a cell that throws, and one whose type cannot be named', async () => {
    const folder = temporaryFolder();
    const files = {
      'outer/index.js': 'exports.make = () => ({ size: 1 });',
      'outer/index.d.ts':
        "import { Hidden } from 'inner';\nexport declare function make(): Hidden;\n",
      'outer/node_modules/inner/index.js': '',
      'outer/node_modules/inner/index.d.ts': 'export interface Hidden { size: number }\n',
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, 'node_modules', file)), { recursive: true });
      writeFileSync(join(folder, 'node_modules', file), text);
    }
    await withTslab(folder, async (execute) => {
      await execute("import * as outer from 'outer';\nconsole.log(outer.make().size);");
      await fails(execute('const made = outer.make();'), /cannot be named/);
      await fails(execute("throw new RangeError('thrown');"), /RangeError: thrown/);
      await fails(
        execute(
          "Promise.reject(new Error('stray'));\nawait new Promise((resolve) => setImmediate(resolve));",
        ),
        /UnhandledPromiseRejection: Error: stray/,
      );
    });
  });
});
