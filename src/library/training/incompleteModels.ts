import { exists } from 'selective-brain-damage-statistics/internal';
import { readRun } from '../models/modelFolder';
import { runHash } from '../models/runHash';
import type { RunRecord } from '../models/runRecord';
import type { ModelPlace, QuantizedSpec, ReplicateSpec } from './populationSpec';

/** The models of a unit, its trained one first, that lack predictions or a record. */
export async function incompleteModels(spec: ReplicateSpec): Promise<ModelPlace[]> {
  const run = await readRun(spec.folder);
  if (!run) return [spec, ...spec.quantized];
  const incomplete: ModelPlace[] = (await exists(spec.predictionsFile)) ? [] : [spec];
  for (const quantized of spec.quantized)
    if (!(await isQuantizedOf(run, quantized))) incomplete.push(quantized);
  return incomplete;
}

/** Whether a quantized model and its predictions are there, made of the network of this very run. */
export async function isQuantizedOf(
  run: RunRecord,
  { folder, predictionsFile }: QuantizedSpec,
): Promise<boolean> {
  const made = await readRun(folder);
  return made?.quantization?.baseline === runHash(run) && exists(predictionsFile);
}
