import * as sbd from 'selective-brain-damage';

// 150 images, a third of them PIEs, and three people who agree half as far beyond chance as they could.
const power = sbd.annotationPower({ images: 150, people: 3, kappa: 0.5 });
const columns = ['n_images', 'n_effective', 'share', 'detectable_share'];
console.table(sbd.danfo.toJSON(power), columns);
