import { compared, UNIT } from '../tables/columns';
import {
  boolean,
  defineTable,
  double,
  id,
  int,
  oneOf,
  optional,
  type RowOf,
  string,
} from '../tables/schema';

/** What people are asked of an image: the attributes of the paper's figure 7. */
export const ATTRIBUTES = [
  'wrong_label',
  'multiple_objects',
  'co_occurring',
  'poor_quality',
  'abstract',
  'atypical',
  'fine_grained',
] as const;

/** One of the {@link ATTRIBUTES}. */
export type Attribute = (typeof ATTRIBUTES)[number];

/** Where an image that people are shown comes from. */
export const ANNOTATED_SETS = ['pies', 'matched', 'others'] as const;

/** One of the sets of images that people are shown. */
export type AnnotatedSet = (typeof ANNOTATED_SETS)[number];

/** The column that names a set of images. */
export const setColumn = oneOf(
  ANNOTATED_SETS,
  '`pies`; `matched`: other images that the baseline gets right as often; `others`: a random sample of all other images.',
);

/** The columns of an image that people are shown. */
const sampledColumns = {
  ...compared,
  set: setColumn,
  image_id: id('The image.'),
  true_class: int('The class that it is labelled as.', 'class, 0 or more'),
  baseline_accuracy: double("The baseline's models that get it right.", UNIT.share),
};

/** The table of `readAnnotations`. */
export const annotationTable = defineTable({
  name: 'readAnnotations',
  row: "One person's answers about one image.",
  columns: {
    ...sampledColumns,
    person: string('Who answered.'),
    position: int("The image's place in the person's order.", 'images, 1 or more'),
    wrong_label: boolean('Whether the label is wrong or inadequate.'),
    multiple_objects: boolean('Whether objects of several classes are in the picture.'),
    co_occurring: boolean(
      'Whether the labelled object is seen with one of another class that often goes with it.',
    ),
    poor_quality: boolean('Whether the picture is poor: blurred, noisy, dark, overlaid, cut.'),
    abstract: boolean('Whether the object is a drawing, a toy or another rendition.'),
    atypical: boolean('Whether the object is no typical example of its class.'),
    fine_grained: boolean('Whether only fine details tell the class from similar ones.'),
    seconds: optional(
      double('Time from the image to the last answer, pauses left out.', 'seconds'),
    ),
    simulated: optional(boolean('Whether a program made the answers up.')),
    taken_back: optional(
      boolean(
        'In files: whether the line takes the earlier answers of this person and image back.',
      ),
    ),
  },
});

/** One person's answers about one image. */
export type AnnotationRow = RowOf<typeof annotationTable>;
