import { randomFrom } from 'selective-brain-damage-statistics/internal';
import type { DatasetView, Example, ImageSource } from '../types';
import { augment } from './augment';
import { corrupt } from './corrupt';
import { restrictTo } from './restrictTo';
import { shard } from './shard';
import { shuffle } from './shuffle';
import { take } from './take';

/** A source's examples, or those of the views so far, seen through one more view. */
export function applyView(
  examples: AsyncIterable<Example>,
  view: DatasetView,
  source: ImageSource,
): AsyncIterable<Example> {
  switch (view.op) {
    case 'take':
      return take(examples, view.count);
    case 'shard':
      return shard(examples, view.index, view.of);
    case 'shuffle':
      return shuffle(examples, randomFrom(view.seed, 'shuffle'), source.shuffleBuffer);
    case 'augment':
      return augment(examples, view);
    case 'restrictTo':
      return restrictTo(examples, view.classes, source.name);
    case 'corrupt':
      return corrupt(examples, view, source);
  }
}
