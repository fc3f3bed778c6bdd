import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of checked-in fixtures, seen from dist/test/records. */
export const DATA = join(__dirname, '..', '..', '..', '..', 'data');

/** What TensorFlow wrote into each fixture, by file name. */
export const expected: Record<
  string,
  {
    id: string;
    label: number;
    text?: string;
    sha256: string;
    halves?: [[number, number, number], [number, number, number]];
  }[]
> = JSON.parse(readFileSync(join(DATA, 'records', 'expected.json'), 'utf8'));

export function fixture(name: string): string {
  return join(DATA, 'records', name);
}
