'use strict';

const path = require('node:path');

/**
 * Replacements of text in files.
 *
 * @typedef {object} Patch
 * @property {string} file the file's path in the folder, with /
 * @property {string} find the text to replace
 * @property {string} replace the text in its place
 * @property {number} [times] how often the file has the text; default: once
 */
class Patches {
  /**
   * @param {Patch[]} patches
   * @param {string} folder where the patched files are
   */
  constructor(patches, folder) {
    this.patches = patches;
    this.folder = folder;
    this.pending = new Set(patches);
  }

  /**
   * The text of a file, patched.
   * @throws {Error} where the file has a text to replace more or less often than expected
   */
  apply(file, text) {
    const name = path.relative(this.folder, file).split(path.sep).join('/');
    return this.patches
      .filter((patch) => patch.file === name)
      .reduce((patched, patch) => {
        this.pending.delete(patch);
        return replace(patched, patch);
      }, text);
  }

  /** @throws {Error} where the file of a patch was never read */
  assertAllApplied() {
    const files = [...this.pending].map(({ file }) => file);
    if (files.length > 0) throw new Error(`Not patched, for never read: ${files.join(', ')}.`);
  }
}

function replace(text, { file, find, replace: by, times = 1 }) {
  const parts = text.split(find);
  if (parts.length - 1 !== times) {
    throw new Error(`${file} has this ${parts.length - 1} times, not ${times}:\n${find}`);
  }
  return parts.join(by);
}

module.exports = { Patches };
