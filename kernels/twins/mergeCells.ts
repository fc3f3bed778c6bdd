import type { Cell } from '../notebook';
import { sha256 } from '../sha256';
import { shownMetadata, type TextPart, trimmed } from './percent';

/**
 * Returns the cells of an edited text, as cells of a notebook. An unchanged cell keeps all that it has; an edited
 * one, which is a new cell between the same neighbours, keeps its id and attachments; others are new.
 *
 * @param before the notebook's cells
 * @param text the cells of the text
 */
export function mergeCells(before: readonly Cell[], text: readonly TextPart[]): Cell[] {
  const partners = unchanged(before, text);
  const taken = new Set(partners.values());
  let free = 0;
  for (const [i, part] of text.entries()) {
    const partner = partners.get(i);
    if (partner !== undefined) {
      free = partner + 1;
      continue;
    }
    for (let at = free; at < before.length && !taken.has(at); at++)
      if (before[at]!.cell_type === part.cell_type) {
        partners.set(i, at);
        taken.add(at);
        free = at + 1;
        break;
      }
  }
  const ids = new Set([...taken].map((at) => before[at]!.id));
  return text.map((part, i) => {
    const partner = partners.get(i);
    if (partner === undefined) return newCell(part, ids);
    return merged(before[partner]!, part);
  });
}

/** Pairs cells that are unchanged: those of the longest common sequence, then those that were moved. */
function unchanged(before: readonly Cell[], text: readonly TextPart[]): Map<number, number> {
  const [one, other] = [before.map(keyOf), text.map(keyOf)];
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = other.length - 1; j >= 0; j--)
      lengths[i]![j] =
        one[i] === other[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const partners = new Map<number, number>();
  for (let i = 0, j = 0; i < one.length && j < other.length; )
    if (one[i] === other[j]) partners.set(j++, i++);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  const taken = new Set(partners.values());
  for (const [j, key] of other.entries()) {
    if (partners.has(j)) continue;
    const moved = one.findIndex((candidate, i) => candidate === key && !taken.has(i));
    if (moved === -1) continue;
    partners.set(j, moved);
    taken.add(moved);
  }
  return partners;
}

function keyOf({ cell_type, source }: TextPart): string {
  return `${cell_type}\n${trimmed(source)}`;
}

function merged(cell: Cell, part: TextPart): Cell {
  const hidden = Object.entries(cell.metadata).filter(
    ([name]) => !(name in shownMetadata(cell.metadata)),
  );
  const metadata = { ...Object.fromEntries(hidden), ...part.metadata };
  if (keyOf(cell) === keyOf(part)) return { ...cell, metadata };
  const edited = { ...cell, metadata, source: part.source };
  return edited.cell_type === 'code' ? { ...edited, execution_count: null, outputs: [] } : edited;
}

function newCell({ cell_type, metadata, source }: TextPart, ids: Set<string>): Cell {
  let id = '';
  for (let salt = 0; id === '' || ids.has(id); salt++)
    id = sha256(`${cell_type}\n${source}\n${salt}`).slice(0, 8);
  ids.add(id);
  const cell = { id, metadata, source };
  return cell_type === 'code'
    ? { ...cell, cell_type, execution_count: null, outputs: [] }
    : { ...cell, cell_type };
}
