import { checkOption } from '../options';
import { byNumeral } from '../predictions/classCodes';
import type { Predictions } from '../predictions/predictions';
import { largest } from './sums';

/** The images of a data set in parts: its classes, or the values of a group. */
export interface Parts {
  /** The part of each image, [images]. */
  readonly partOf: Int32Array;
  /** Images in each part. */
  readonly sizes: Int32Array;
  /** Names of the parts, where they have some. */
  readonly names?: readonly string[];
}

/**
 * Divides images into parts.
 *
 * @param by `class`, or the name of a group
 * @throws OptionError for the name of no group
 */
export function partsOf({ trueClass, classNames, groups = {} }: Predictions, by: string): Parts {
  if (by === 'class')
    return {
      partOf: trueClass,
      sizes: sizesOf(trueClass),
      ...(classNames && { names: classNames }),
    };
  const values = groups[by];
  const known = ['class', ...Object.keys(groups)].join(', ');
  checkOption(
    'by',
    by,
    values !== undefined,
    `class, or a group that the predictions have: ${known}`,
  );
  const texts = values!.map(String);
  const names = [...new Set(texts)].sort(byNumeral);
  const indices = new Map(names.map((name, index) => [name, index]));
  const partOf = Int32Array.from(texts, (text) => indices.get(text)!);
  return { partOf, sizes: sizesOf(partOf), names };
}

/** The parts that have images. */
export function partsWithImages({ sizes }: Parts): number[] {
  return Array.from(sizes.keys()).filter((part) => sizes[part]! > 0);
}

/** The columns of a row that name its part. */
export function partColumns(
  part: number,
  { names }: Parts,
): { class: number; class_name?: string } {
  const name = names?.[part];
  return { class: part, ...(name !== undefined && { class_name: name }) };
}

/** How many images of each part a model gets right. */
export function correctPerPart(
  trueClass: Int32Array,
  predictedClass: Int32Array,
  { partOf, sizes }: Parts,
): Int32Array {
  const correct = new Int32Array(sizes.length);
  for (let i = 0; i < trueClass.length; i++)
    correct[partOf[i]!]! += Number(predictedClass[i] === trueClass[i]);
  return correct;
}

function sizesOf(partOf: Int32Array): Int32Array {
  const sizes = new Int32Array(largest(partOf) + 1);
  for (const part of partOf) sizes[part]!++;
  return sizes;
}
