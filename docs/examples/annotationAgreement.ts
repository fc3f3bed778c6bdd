import * as sbd from 'selective-brain-damage';

const answers = await sbd.readAnnotations(
  'test/statistics/analysis/golden/annotations/annotations.jsonl',
);
const columns = [
  'attribute',
  'n_people',
  'agreement',
  'expected',
  'kappa',
  'kappa_low',
  'kappa_high',
];
console.table(sbd.danfo.toJSON(sbd.annotationAgreement(answers).head(3)), columns);
