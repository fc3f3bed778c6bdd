import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  listOf,
  type OptionRules,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { ALL_CORRUPTIONS, type CorruptionName, SEVERITIES } from '../corruptions/names';
import { checkPath } from '../optionRules';
import { loadImageNetRecords } from '../records/loadImageNetRecords';
import { pictureLimits, type RecordLimits, recordLimits } from '../records/recordLimits';
import { recordsFolder } from '../records/recordsFolder';
import type { ImageDataset } from './imageDataset';
import { IMAGENET_WNIDS, imageNetClasses } from './imagenetClasses';
import { loadImageFolder } from './loadImageFolder';
import { type PictureOptions, pictureRules } from './pictureOptions';
import { type CorruptionChoice, choiceRules, type ShiftedSet } from './shiftedSet';
import { wrappedFolder } from './wrappedFolder';

/** Options of {@link loadImageNetC}. */
export interface ImageNetCOptions extends PictureOptions, CorruptionChoice {
  /** The most that the files may ask for. */
  readonly limits?: RecordLimits;
  /** One name per class, 1,000. Default: WordNet ids. */
  readonly classNames?: readonly string[];
}

const rules: OptionRules<ImageNetCOptions> = {
  ...pictureRules,
  ...choiceRules,
  limits: recordLimits,
  classNames: listOf(TEXT),
};

/** Other names of corruptions, in TFDS and in the authors' runs. */
const ALIASES: Partial<Record<CorruptionName, string>> = {
  glass_blur: 'frosted_glass_blur',
  elastic_transform: 'elastic',
};

/** The archives of the published images. */
const ARCHIVES = ['', 'noise', 'blur', 'weather', 'digital', 'extra'];

/**
 * Opens ImageNet-C (Hendrycks & Dietterich 2019), streamed, in either of two layouts below `folder`:
 *
 * - TFRecords as TFDS writes them (`imagenet2012_corrupted`): `gaussian_noise_3/` with the files, or
 *   `gaussian_noise_3/3.1.0/` (the highest version is taken);
 * - image folders as published: `gaussian_noise/3/n01440764/*.JPEG`, also one level down in the
 *   folder of their archive (`noise/gaussian_noise/3/…`).
 *
 * The images are 224 × 224 and taken whole, as the authors of ImageNet-C do. `resize: 256` enlarges them and
 * crops again, as the code of Hooker et al. does.
 *
 * @param place the folder of the corruptions, or the one above it
 * @returns one set per corruption and severity, in the benchmark's order
 * @throws DatasetError where there is no corruption at all, or one lacks a severity, naming it
 * @throws OptionError for an unknown corruption or severity, and for a wrong option or value
 */
export async function loadImageNetC(
  place: string,
  options: ImageNetCOptions = {},
): Promise<ShiftedSet[]> {
  checkPath('loadImageNetC', 'folder', place);
  checkOptions('loadImageNetC', options, rules);
  const folder = await wrappedFolder(place, holdsCorruption);
  const { corruptions, severities = SEVERITIES, ...pictures } = options;
  const sets: ShiftedSet[] = [];
  for (const corruption of corruptions ?? ALL_CORRUPTIONS) {
    const places = new Map<number, Place>();
    for (const severity of SEVERITIES) {
      const place = await find(folder, corruption, severity);
      if (place) places.set(severity, place);
    }
    if (places.size === 0 && corruptions === undefined) continue;
    for (const severity of severities) {
      const place = places.get(severity);
      if (!place)
        throw new DatasetError(
          `${folder}: ${corruption} has no severity ${severity} (found: ` +
            `${[...places.keys()].join(', ') || 'none'}); expected ${corruption}_${severity} with ` +
            `TFRecords, or ${join(corruption, String(severity))} with one subfolder per class.`,
          { option: 'severities', value: severity, file: folder },
        );
      sets.push({ corruption, severity, data: await open(place, pictures) });
    }
  }
  if (sets.length === 0)
    throw new DatasetError(
      `${folder}: holds no corruption of ImageNet-C; expected folders such as gaussian_noise_1 with ` +
        'TFRecords, or gaussian_noise/1 with one subfolder per class.',
      { file: folder },
    );
  return sets;
}

/** Whether a folder with these entries holds corruptions in one of the layouts. */
function holdsCorruption(names: readonly string[]): boolean {
  const known = [
    ...ALL_CORRUPTIONS,
    ...Object.values(ALIASES),
    ...ARCHIVES.filter((archive) => archive !== ''),
  ];
  return names.some((name) => known.includes(name.replace(/_[1-5]$/, '')));
}

interface Place {
  readonly layout: 'records' | 'images';
  readonly folder: string;
}

async function find(
  folder: string,
  corruption: CorruptionName,
  severity: number,
): Promise<Place | undefined> {
  for (const name of [corruption, ALIASES[corruption] ?? corruption]) {
    const records = await recordsFolder(join(folder, `${name}_${severity}`));
    if (records) return { layout: 'records', folder: records };
    for (const archive of ARCHIVES) {
      const images = join(folder, archive, name, String(severity));
      const found = await stat(images).catch(() => undefined);
      if (found?.isDirectory()) return { layout: 'images', folder: images };
    }
  }
  return undefined;
}

function open(
  { layout, folder }: Place,
  { size = 224, resize = size, classNames, ...pictures }: ImageNetCOptions,
): Promise<ImageDataset> {
  const how = { ...pictures, size, resize };
  return layout === 'records'
    ? loadImageNetRecords(folder, { classNames: classNames ?? IMAGENET_WNIDS, ...how })
    : loadImageFolder(folder, {
        ...how,
        limits: pictureLimits(pictures.limits),
        classNames: imageNetClasses(classNames),
      });
}
