import { type Exported, type Face, isValue, type PackageFace } from './face';
import { missingDocs } from './missingDocs';
import { namedTypes } from './namedTypes';
import { headings } from './reference';
import { columnsWithoutDoc, tableSchemas } from './tables';

/** A list of things to do to the public faces. */
export interface Findings {
  readonly exports: readonly string[];
  readonly docs: readonly string[];
  readonly reference: readonly string[];
}

export function findingsOf(face: Face): Findings {
  return {
    exports: face.packages.flatMap((one) => missingExports(one, face)),
    docs: [
      ...face.packages.flatMap((one) =>
        missingDocs(one, face).map((name) => `${one.of.label}: ${name} has no doc comment`),
      ),
      ...columnsWithoutDoc(tableSchemas()).map((name) => `tables: ${name} has no description`),
    ],
    reference: face.packages.flatMap((one) => missingInReference(one)),
  };
}

/** The types that a package's public declarations name and its index does not export. */
function missingExports(one: PackageFace, face: Face): string[] {
  return namedTypes(one, face)
    .filter(({ isExported }) => !isExported)
    .map(({ name, owner, namedBy }) => {
      const from = owner === one.of ? '' : ` (${owner.label})`;
      return `${one.of.label}: ${name}${from} is named by ${listed(namedBy)} and not exported`;
    });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  return all.length === 1 ? all[0]! : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

function missingInReference({ of, exports }: PackageFace): string[] {
  const known = headings();
  return exports
    .filter((one: Exported) => isValue(one) && !known.has(one.name))
    .map(({ name }) => `${of.label}: ${name} is not in docs/reference`);
}
