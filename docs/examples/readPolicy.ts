import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

const file = join(await mkdtemp(join(tmpdir(), 'policy-')), 'policy.json');
await writeFile(file, '{ "maxDrop": 0.005, "classes": { "bird": 0.02 } }');
console.log(await sbd.readPolicy(file));
