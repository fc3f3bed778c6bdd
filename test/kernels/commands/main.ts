import { join } from 'node:path';

/** The built command `typescript-notebooks`. */
export const MAIN = join(__dirname, '..', '..', '..', '..', 'kernels', 'dist', 'main.js');
