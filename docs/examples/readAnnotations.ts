import * as sbd from 'selective-brain-damage';

// Answers as `sbd annotate` writes them; these are drawn at random for a test.
const answers = await sbd.readAnnotations(
  'test/statistics/analysis/golden/annotations/annotations.jsonl',
);
console.log(answers.shape, answers.columns.slice(-7));
