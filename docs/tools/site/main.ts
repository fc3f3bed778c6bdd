/** Makes the site: `npm run site` writes it to results/site, `npm run site -- <folder>` elsewhere. */
import { buildSite } from './buildSite';

const [output = 'results/site'] = process.argv.slice(2);
buildSite(output).then(() => console.log(`${output}/index.html`));
