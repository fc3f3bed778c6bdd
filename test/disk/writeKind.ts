import { IN_PLACE, KINDS, type Version } from './kinds';

/** Writes a version of a kind of files into a folder. */
async function main(name: string, folder: string, version: string): Promise<void> {
  const kind = [...KINDS, IN_PLACE].find((each) => each.name === name)!;
  await kind.write(folder, Number(version) as Version);
}

void main(process.argv[2]!, process.argv[3]!, process.argv[4]!);
