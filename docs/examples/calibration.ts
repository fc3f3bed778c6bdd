import * as sbd from 'selective-brain-damage';

// Whether models of each variant are as often right as they say.
const predictions = await sbd.readPredictions('data/population');
const table = sbd.calibration(predictions);
const columns = ['variant', 'top1', 'mean_confidence', 'expected_calibration_error'];
console.table(sbd.danfo.toJSON(table), columns);
