import * as sbd from 'selective-brain-damage';

// How hard are PIEs? Half of the models choose them, the other half are evaluated on them.
const predictions = await sbd.readPredictions('data/population');
const accuracy = sbd.evalPIEs(predictions);
const sparsest = accuracy.query(accuracy.column('sparsity').eq(0.9));
console.table(sbd.danfo.toJSON(sparsest), ['images', 'n_images', 'baseline_top1', 'variant_top1']);
