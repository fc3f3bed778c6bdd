import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The built test files whose path holds one of `wanted`, or all. A file whose source is gone does not count: the
 * compiler leaves what it made of a file that was deleted since.
 */
export function testFiles(built: string, sources: string, wanted: readonly string[]): string[] {
  return readdirSync(built, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => existsSync(join(sources, file.replace(/js$/, 'ts'))))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
    .map((file) => join(built, file));
}
