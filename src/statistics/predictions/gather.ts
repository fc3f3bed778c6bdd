import { PredictionsError } from '../errors';
import { type Chunk, has } from './chunk';
import { ClassCodes } from './classCodes';
import { type ClassColumn, classes, classLists } from './classColumns';
import { confidences } from './columnValues';
import { GatheredModel, type Rows } from './gatheredModel';
import { type Identity, identitiesOf } from './identities';
import { Images } from './images';
import { sortedOrder } from './order';
import type { Predictions } from './predictions';
import { resolveModels } from './resolveModels';

/**
 * Puts rows of predictions together: any number of models in one file, a model over several, rows in
 * any order. Contradictions and gaps are errors.
 */
export class Gatherer {
  private readonly images: Images;
  private readonly models = new Map<string, GatheredModel>();
  private readonly codes: ClassCodes;
  /** Sources that are models of their own, in their order. */
  private readonly sources = new Map<string, number>();

  /**
   * @param classNames names whose index is their class
   * @param groups names of further columns, one value per image
   * @param mostClasses numbers of classes have to be below it
   */
  constructor(
    private readonly classNames: readonly string[] | undefined,
    groups: readonly string[],
    private readonly mostClasses: number,
  ) {
    this.codes = new ClassCodes(classNames, (codeOf) => {
      this.images.recode(codeOf);
      for (const model of this.models.values()) model.recode(codeOf);
    });
    this.images = new Images(groups, (code) => this.codes.nameOf(code));
  }

  /** Takes a chunk's rows in. */
  add(chunk: Chunk): void {
    if (chunk.length === 0) return;
    const { true_class, predicted_class, top5 } = this.encoded(chunk);
    const rows: Rows = {
      chunk,
      // Unknown classes are all alike.
      image: this.images.locate(chunk, true_class ?? new Int32Array(chunk.length)),
      predicted: predicted_class!,
      ...(has(chunk, 'confidence') && { confidence: confidences(chunk) }),
      ...(top5 && { top5 }),
    };
    const identities = identitiesOf(chunk, this.sourceOf(chunk));
    for (let from = 0, to = 0; from < chunk.length; from = to) {
      to = identities.endOfRun(from);
      this.model(identities.at(from)).add(rows, from, to, this.images.count);
    }
  }

  /** The whole, once all chunks are in: images by id, models by variant and replicate. */
  finish(source: string): Predictions {
    const resolved = resolveModels([...this.models.values()]);
    if (resolved.length === 0)
      throw new PredictionsError(`${source}: there are no rows.`, { file: source });
    const ids = this.images.allIds();
    for (const { model, place } of resolved) model.requireAll(ids, place);
    const order = sortedOrder(ids);
    const classNames = this.orderClasses() ?? this.classNames;
    const predictions: Predictions = {
      ...this.images.finish(order),
      models: resolved.map(({ model, place }) => model.finish(place, ids.length, order)),
      ...(classNames && { classNames }),
    };
    if (classNames) requireClassesWithin(source, predictions, classNames.length);
    return predictions;
  }

  /** The codes of a chunk's classes, by column. */
  private encoded(chunk: Chunk) {
    const most = this.mostClasses;
    const columns: Record<'true_class' | 'predicted_class' | 'top5', ClassColumn | undefined> = {
      true_class: has(chunk, 'true_class') ? classes(chunk, 'true_class', most) : undefined,
      predicted_class: classes(chunk, 'predicted_class', most),
      top5: has(chunk, 'top5') ? classLists(chunk, 'top5', 5, most) : undefined,
    };
    const encode = (name: keyof typeof columns) =>
      columns[name] && this.codes.encode(chunk, name, columns[name]);
    const encodeAll = () => ({
      true_class: encode('true_class'),
      predicted_class: encode('predicted_class'),
      top5: encode('top5'),
    });
    const { areNames } = this.codes;
    const encoded = encodeAll();
    // The first name turns all numbers before it into codes, those of this chunk too.
    return this.codes.areNames === areNames ? encoded : encodeAll();
  }

  /** Goes over to the final numbers of classes; their names, where they have some. */
  private orderClasses(): readonly string[] | undefined {
    const order = this.codes.order();
    if (!order) return undefined;
    const classOf = (code: number) => order.classOf[code]!;
    this.images.recode(classOf);
    for (const model of this.models.values()) model.recode(classOf);
    return order.names;
  }

  /** The number of a source that is a model of its own, as its place alone says the variant. */
  private sourceOf(chunk: Chunk): number | undefined {
    const isTold = chunk.columns.has('variant') || chunk.columns.has('sparsity');
    if (!chunk.isModel || isTold) return undefined;
    const number = this.sources.get(chunk.source) ?? this.sources.size;
    this.sources.set(chunk.source, number);
    return number;
  }

  private model({ variant, sparsity, replicate, source }: Identity): GatheredModel {
    const key = JSON.stringify([variant, String(sparsity), replicate, source]);
    let model = this.models.get(key);
    if (!model) {
      model = new GatheredModel(variant, sparsity, replicate);
      this.models.set(key, model);
    }
    return model;
  }
}

/** Throws where a class lies beyond the names. */
function requireClassesWithin(source: string, predictions: Predictions, count: number): void {
  const { imageIds, trueClass, models } = predictions;
  const check = (labels: Int32Array, column: string, whose: string) => {
    const i = labels.findIndex((label) => label >= count);
    if (i < 0) return;
    const image = imageIds[Math.floor((i * trueClass.length) / labels.length)];
    throw new PredictionsError(
      `${source}: image ${image} has ${column} ${labels[i]}${whose}, and there are names of ${count} ` +
        'classes. Give as many classNames as there are classes.',
      { file: source, column, value: labels[i] },
    );
  };
  check(trueClass, 'true_class', '');
  for (const { variant, replicate, predictedClass, top5 } of models) {
    const whose = ` by replicate ${replicate} of ${variant}`;
    check(predictedClass, 'predicted_class', whose);
    if (top5) check(top5, 'top5', whose);
  }
}
