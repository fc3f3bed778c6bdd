import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.hurtAndHelpedFigure(sbd.summarizeVariants(predictions));
for (const { name, y } of figure.data.slice(0, 2) as { name: string; y: number[] }[])
  console.log(name, y);
