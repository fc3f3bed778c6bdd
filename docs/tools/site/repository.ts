import { join } from 'node:path';
import { ROOT } from '../packages';

const { homepage } = require(join(ROOT, 'package.json')) as { homepage: string };

/** Where the repository is hosted. */
export const REPOSITORY = homepage.replace(/#.*$/, '');
