import { join } from 'node:path';

/** The notebooks beside the tests' sources. */
export const FIXTURES = join(__dirname, '..', '..', '..', 'test', 'kernels');
