import * as sbd from 'selective-brain-damage';

const answers = await sbd.readAnnotations(
  'test/statistics/analysis/golden/annotations/annotations.jsonl',
);
const figure = sbd.annotationFigure(sbd.annotationShares(answers));
for (const { name } of figure.data) console.log(name);
