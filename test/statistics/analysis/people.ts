import { ANNOTATED_SETS, type AnnotationRow, ATTRIBUTES } from '#statistics/analysis/annotations';

/** Answers of three people about twelve images, with every attribute seen in some. */
export const people: readonly AnnotationRow[] = ['ada', 'bo', 'cy'].flatMap((person, p) =>
  Array.from({ length: 12 }, (_, image): AnnotationRow => {
    const answers = ATTRIBUTES.map((attribute, a) => [attribute, (image + a + p) % 4 < 2] as const);
    return {
      ...{ variant: 'pruned 0.9', sparsity: 0.9, baseline: 'dense' },
      ...{ set: ANNOTATED_SETS[image % 3]!, image_id: image, true_class: image % 2 },
      ...{ baseline_accuracy: 0.5, person, position: image + 1 },
      ...(Object.fromEntries(answers) as Record<(typeof ATTRIBUTES)[number], boolean>),
    };
  }),
);
