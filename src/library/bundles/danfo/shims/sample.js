'use strict';

const alea = require('seedrandom/lib/alea');

/** Stands for an item after the last one. */
const END = Symbol('end');

/**
 * Draws items as @tensorflow/tfjs-data does, for the same seeds the same ones:
 *
 *     tf.data.array(items).shuffle(count, seed).take(count).toArray()
 *
 * They are drawn from a window of as many items, into which the next item moves after each draw: the
 * first one drawn is among the first `count`. This is how danfojs samples, not a uniform sample.
 *
 * @param {any[]} items
 * @param {number} count at most as many as there are items
 * @param {string} seed
 */
async function sample(items, count, seed) {
  const random = alea(seedOfFirstPass(seed));
  const upcoming = items.values();
  const window = [];
  const drawn = [];
  while (drawn.length < count) {
    while (window.length < count) window.push(nextOr(upcoming, END));
    drawn.push(drawItem(window, random));
  }
  return drawn;
}

/** tfjs-data shuffles anew on each pass over a data set: it seeds the passes at random. */
function seedOfFirstPass(seed) {
  const seeds = alea(seed);
  return (seeds.int32() + seeds.int32()).toString();
}

function nextOr(iterator, end) {
  const { value, done } = iterator.next();
  return done ? end : value;
}

function drawItem(window, random) {
  let item = END;
  while (item === END) item = draw(window, random);
  return item;
}

/** Takes one out of the window; the last one takes its place. */
function draw(window, random) {
  const at = Math.floor(random() * window.length);
  const item = window[at];
  const last = window.pop();
  if (at < window.length) window[at] = last;
  return item;
}

module.exports = sample;
