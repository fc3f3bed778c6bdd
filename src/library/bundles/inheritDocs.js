// Copies the statistics' documentation to the library's wrappers of their cells, in the compiled
// declarations, where editors and notebooks read it:
//
//     node src/library/bundles/inheritDocs.js
//
// A wrapper's source says whose it has: `/** {@inheritDoc perClassTTest} */`. Run again, it changes nothing.
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const WRAPPERS = join(__dirname, '../frames/cells.ts');
const DECLARATIONS = join(__dirname, '../dist/frames/cells.d.ts');
const STATISTICS = join(__dirname, '../../statistics/dist');

const COMMENT = String.raw`/\*\*(?:(?!\*/)[\s\S])*\*/`;

/**
 * The names of the wrappers in a source, each with the name of the function whose documentation it has.
 *
 * @param {string} source
 * @returns {[wrapper: string, documented: string][]}
 */
function wrappersIn(source) {
  const wrapper = /\/\*\* \{@inheritDoc (\w+)\} \*\/\s*export (?:async )?function (\w+)/g;
  return [...source.matchAll(wrapper)].map(([, documented, name]) => [name, documented]);
}

/**
 * The doc comment of the one function of that name.
 *
 * @param {string} name
 * @param {string} declarations
 */
function docOf(name, declarations) {
  const found = [
    ...declarations.matchAll(new RegExp(`(${COMMENT})\\nexport declare function ${name}\\b`, 'g')),
  ].map(([, comment]) => comment);
  if (found.length !== 1)
    throw new Error(
      `{@inheritDoc ${name}}: the statistics declare ${found.length} functions ${name} with a doc comment; expected one.`,
    );
  return found[0];
}

/**
 * Declarations in which each wrapper has the documentation that its source names.
 *
 * @param {string} source the wrappers' source
 * @param {string} declarations the compiled declarations of that source
 * @param {string} statistics the declarations that have the documentation
 */
function withInheritedDocs(source, declarations, statistics) {
  const inherited = wrappersIn(source).reduce((text, [name, documented]) => {
    const own = new RegExp(`${COMMENT}(?=\\nexport declare function ${name}\\b)`);
    if (!own.test(text)) throw new Error(`${DECLARATIONS} has no function ${name} with a comment.`);
    const doc = docOf(documented, statistics);
    return text.replace(own, () => doc);
  }, declarations);
  const [left] = /\{@inheritDoc.*/.exec(inherited) ?? [];
  if (left)
    throw new Error(
      `${left}: nothing inherits this; expected a comment of its own before a wrapper's declaration.`,
    );
  return inherited;
}

/** All declarations below a folder, one after the other. */
function declarationsBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

function main() {
  const before = readFileSync(DECLARATIONS, 'utf8');
  const source = readFileSync(WRAPPERS, 'utf8');
  const after = withInheritedDocs(source, before, declarationsBelow(STATISTICS));
  if (after !== before) writeFileSync(DECLARATIONS, after);
}

module.exports = { withInheritedDocs };
if (require.main === module) main();
