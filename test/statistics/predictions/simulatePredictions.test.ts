import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeVariants } from '#statistics/analysis/summarizeVariants';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';

/** Mean top-1 of the paper's ImageNet models, %. */
const PAPER = new Map([
  [0, 76.675],
  [0.1, 76.662],
  [0.3, 76.459],
  [0.5, 75.874],
  [0.7, 75.019],
  [0.9, 72.569],
]);

describe('simulatePredictions', () => {
  it('has the shape and about the accuracies of the paper’s ImageNet models', () => {
    const rows = summarizeVariants(simulatePredictions({ replicates: 4 }));
    assert.deepEqual(
      rows.map((row) => row.sparsity),
      [...PAPER.keys()],
    );
    for (const { sparsity, top1, n_images } of rows) {
      assert.equal(n_images, 50_000);
      // Points; what the draw of the images alone makes uncertain is 0.2.
      assert.ok(Math.abs(100 * top1 - PAPER.get(sparsity)!) < 0.8, `${sparsity}: ${top1}`);
    }
  });

  it('is decided by its seed; a model does not depend on how many there are', () => {
    const small = { numClasses: 5, imagesPerClass: 10, sparsities: [0, 0.9] };
    const two = simulatePredictions({ ...small, replicates: 2, seed: 3 });
    assert.deepEqual(simulatePredictions({ ...small, replicates: 2, seed: 3 }), two);
    const three = simulatePredictions({ ...small, replicates: 3, seed: 3 });
    assert.deepEqual(
      three.models.filter(({ replicate }) => replicate < 2),
      two.models,
    );
    assert.notDeepEqual(simulatePredictions({ ...small, replicates: 2, seed: 4 }), two);
  });

  it('refuses what is no number of classes, and no sparsity', () => {
    assert.throws(
      () => simulatePredictions({ numClasses: 0 }),
      /numClasses: 0; expected a whole number/,
    );
    assert.throws(
      () => simulatePredictions({ sparsities: [0, 90] }),
      /sparsities: \[0, 90\]; expected a list/,
    );
  });
});
