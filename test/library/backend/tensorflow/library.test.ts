import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findLibrary } from '#library/backend/tensorflow/library';
import { BackendError } from '#statistics/errors';
import { temporaryFolder } from '../../records/temporary';

const HEADER = 'include/tensorflow/c/eager/c_api.h';

/** A folder with empty files. */
function folderOf(...files: string[]): string {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

test("the library is found in TensorFlow's C archive and in Python's package", () => {
  const archive = folderOf(
    HEADER,
    ...['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow.so.2.9.1'].map((f) => `lib/${f}`),
    ...['libtensorflow_framework.so', 'libtensorflow_framework.so.2'].map((f) => `lib/${f}`),
  );
  assert.deepEqual(findLibrary(archive), {
    folder: join(archive, 'lib'),
    files: ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
    include: join(archive, 'include'),
  });
  const python = folderOf(
    HEADER,
    ...['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'lite/__init__.py'],
  );
  assert.deepEqual(findLibrary(python), {
    folder: python,
    files: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
    include: join(python, 'include'),
  });
});

test('a folder without the library, or without its headers, is an error that says what is missing', () => {
  const missing = join(folderOf(), 'missing');
  for (const [folder, message] of [
    [missing, /missing holds no TensorFlow.*libtensorflow_framework/],
    [folderOf(HEADER, 'libtensorflow_cc.so.2'), /holds no TensorFlow/],
    [
      folderOf('lib/libtensorflow.so.2', 'lib/libtensorflow_framework.so.2'),
      /needs the headers too/,
    ],
  ] as const)
    assert.throws(
      () => findLibrary(folder),
      (error: Error) => error instanceof BackendError && message.test(error.message),
    );
});
