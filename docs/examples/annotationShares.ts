import * as sbd from 'selective-brain-damage';

const answers = await sbd.readAnnotations(
  'test/statistics/analysis/golden/annotations/annotations.jsonl',
);
const shares = sbd.annotationShares(answers);
const columns = [
  'set',
  'attribute',
  'share',
  'share_low',
  'share_high',
  'difference',
  'p_adjusted',
];
console.table(sbd.danfo.toJSON(shares.iloc({ rows: ['7:11'] })), columns);
