import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { MimeBundle } from '#kernels/notebook';
import { runNotebook } from '#kernels/runNotebook';
import { emptyProject, install } from '../packages/npm';
import { notebookOf } from './cells';

/** The newest versions whose parts for this platform Node 20 may install. */
const ARQUERO = 'arquero@7.2.1';
const POLARS = 'nodejs-polars@0.24.1';
const ROWS = "{ name: ['cat', 'dog'], recall: [0.5, 0.75] }";

/** What a cell shows in a folder that has a package; undefined, and the test skipped, where it cannot be had. */
async function shownWith(
  t: TestContext,
  wanted: string,
  source: string,
): Promise<MimeBundle | undefined> {
  const directory = emptyProject();
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const { status } = await install(directory, [wanted]);
  if (status !== 0) {
    t.skip(`npm cannot install ${wanted} here`);
    return undefined;
  }
  const { notebook, failure } = await runNotebook(notebookOf(source), { directory, observer: {} });
  assert.equal(failure?.error.message, undefined);
  const [cell] = notebook.cells;
  const [output] = cell?.cell_type === 'code' ? cell.outputs : [];
  return output?.output_type === 'execute_result' ? output.data : undefined;
}

test('a table of arquero is HTML and a text', async (t) => {
  const source = `import { table } from 'arquero';\ntable(${ROWS});`;
  const shown = await shownWith(t, ARQUERO, source);
  if (!shown) return;
  assert.match(String(shown['text/html']), /^<table>.*<th[^>]*>recall<.*>dog<.*>0\.75</s);
  assert.equal(shown['text/plain'], 'table of 2 rows: name, recall');
});

test('a frame of nodejs-polars is shown as its Jupyter.display says', async (t) => {
  const source = `import pl from 'nodejs-polars';\npl.DataFrame(${ROWS});`;
  const shown = await shownWith(t, POLARS, source);
  if (!shown) return;
  assert.match(String(shown['text/html']), /^<table>.*<th>recall<.*>dog<.*>0\.75</s);
  const { data } = shown['application/vnd.dataresource+json'] as { readonly data: unknown };
  assert.deepEqual(data, [
    { name: 'cat', recall: 0.5 },
    { name: 'dog', recall: 0.75 },
  ]);
});
