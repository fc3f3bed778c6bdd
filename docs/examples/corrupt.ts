import * as sbd from 'selective-brain-damage';

// A grey square under noise: the same seed gives the same pixels.
const image = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(128) };
for (const severity of sbd.SEVERITIES) {
  const noisy = await sbd.corrupt(image, 'gaussian_noise', severity, { seed: 1 });
  const spread = noisy.data.reduce((sum, value) => sum + Math.abs(value - 128), 0);
  console.log(severity, (spread / noisy.data.length).toFixed(1));
}
