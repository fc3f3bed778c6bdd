import { readFileSync } from 'node:fs';
import * as sbd from 'selective-brain-damage';

// One dense and one pruned network: what did pruning break, is it more than chance, may it be shipped?
const predictions = await sbd.readPredictions([
  'data/population/sparsity=0/replicate=00.parquet',
  'data/population/sparsity=0.9/replicate=00.parquet',
]);
const { class_names } = JSON.parse(readFileSync('data/population/population.json', 'utf8'));
const result = sbd.audit({ ...predictions, classNames: class_names });
console.log(sbd.auditText(result));
