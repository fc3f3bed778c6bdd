import * as sbd from 'selective-brain-damage';

// A folder with the files of CIFAR-10-C; this one holds brightness alone, and two images of it.
const sets = await sbd.loadCifar10C('data/corruptions/CIFAR-10-C', {
  corruptions: ['brightness'],
  severities: [1, 5],
  imagesPerSeverity: 2,
});
for (const { corruption, severity, data } of sets)
  for await (const { id, label } of data)
    console.log(corruption, severity, id, data.classNames[label]);
