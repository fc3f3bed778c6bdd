import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as tf from '#library/backend/tf';
import { saveModel } from '#library/models/modelFolder';
import { OptionError } from '#statistics/errors';

describe('saveModel', () => {
  it('takes a trained model and a path', async () => {
    const layers = [tf.layers.dense({ units: 1, inputShape: [1] })];
    const trained = { model: tf.sequential({ layers }), masks: new Map(), run: {} };
    for (const [model, folder, message] of [
      [trained.model, 'folder', /expected a trained model, as trainPruned/],
      [Promise.resolve(trained), 'folder', /await/],
      ['folder', trained, /saveModel/],
      [trained, undefined, /expected a path as folder/],
    ] as const)
      await assert.rejects(
        saveModel(model as never, folder as never),
        (error: Error) => error instanceof OptionError && message.test(error.message),
      );
  });
});
