import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Face, readFace } from '../docs/tools/face';
import { type Findings, findingsOf } from '../docs/tools/findings';
import { columnsWithoutDoc } from '../docs/tools/tables';
import { assertFindings } from './findings';

describe('public face', () => {
  let found: Findings;
  before(() => {
    found = findingsOf(readFace());
  });

  it('exports every type of ours that a public declaration names', () => {
    assertFindings('exports', found.exports);
  });

  it('has a doc comment on every export and every member', () => {
    assertFindings('docs', found.docs);
  });

  it('has every exported value in the reference', () => {
    assertFindings('reference', found.reference);
  });
});

describe('findings about a public face', () => {
  const FILES = {
    'index.d.ts': `
export { type LoadOptions, load } from './load';
export { Reader, UNDOCUMENTED } from './reader';
`,
    'load.d.ts': `
import type { Source } from './source';
/** Options of {@link load}. */
export interface LoadOptions extends Base {
    /** Which part. */
    readonly part?: Part;
    readonly size?: { width: number };
}
/** Shared options. */
interface Base {
    seed?: number;
}
/** A part. */
type Part = 'one' | 'two';
/**
 * Loads.
 *
 * @param more.deep documented here
 */
export declare function load(source: Source, options?: LoadOptions, more?: { deep: boolean }): Promise<Map<string, Uint8Array>>;
export {};
`,
    'reader.d.ts': `
/** Reads. */
export declare class Reader implements AsyncIterable<number> {
    private hidden: import('./source').Hidden;
    /** Its name. */
    readonly name: string;
    constructor(name: string);
    read(): import('./source').Source;
    [Symbol.asyncIterator](): AsyncGenerator<number>;
}
export declare const UNDOCUMENTED: number;
`,
    'source.d.ts': `
/** A source. */
export interface Source {
    /** Its bytes. */
    bytes: Uint8Array;
}
/** Nobody sees it. */
export interface Hidden {
    anything: number;
}
`,
  };

  let folder: string;
  let found: Findings;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbd-face-')));
    for (const [file, text] of Object.entries(FILES)) writeFileSync(join(folder, file), text);
    const face: Face = readFace([{ label: 'tried', name: 'tried', dist: folder }]);
    found = findingsOf(face);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('name the types that are not exported, and those that name them', () => {
    assert.deepEqual(found.exports, [
      'tried: Base is named by LoadOptions and not exported',
      'tried: Part is named by LoadOptions and not exported',
      'tried: Source is named by Reader and load and not exported',
    ]);
  });

  it('name what has no doc comment, but nothing that is private, inherited or a described parameter', () => {
    assert.deepEqual(found.docs, [
      'tried: LoadOptions.size has no doc comment',
      'tried: LoadOptions.size.width has no doc comment',
      'tried: Reader.constructor has no doc comment',
      'tried: Reader.read has no doc comment',
      'tried: UNDOCUMENTED has no doc comment',
      'tried: Base.seed has no doc comment',
    ]);
  });

  it('name the columns of tables that have no description', () => {
    const [described, empty] = ['A count.', ' '].map((doc) => ({
      type: 'int32',
      doc,
      optional: false,
    }));
    const schema = { name: 'table', row: 'A row.', columns: { a: described!, b: empty! } };
    assert.deepEqual(columnsWithoutDoc([schema]), ['table.b']);
  });

  it('name the values that the reference lacks', () => {
    assert.deepEqual(found.reference, [
      'tried: Reader is not in docs/reference',
      'tried: UNDOCUMENTED is not in docs/reference',
      'tried: load is not in docs/reference',
    ]);
  });
});
