import { checkedLine, storeOf } from 'selective-brain-damage-statistics/internal';
import { useBackend } from '../backend/backend';
import { keptOpen } from '../datasets/openDataset';
import type { Network } from '../models/network';
import { serveWorker } from '../workers/serveWorker';
import { closeNetwork, openNetwork } from './networkSpec';
import { predictAll } from './predictAll';
import { type PredictSpec, storedShard } from './predictInWorkers';

/** The last spec's, which as a rule is the next one's too. */
let open: { readonly key: string; readonly network: Network } | undefined;

async function opened(spec: PredictSpec['network']): Promise<Network> {
  const key = JSON.stringify(spec);
  if (open?.key !== key) {
    if (open) await closeNetwork(open.network);
    open = undefined;
    open = { key, network: await openNetwork(spec) };
  }
  return open.network;
}

/** Predicts the images of a shard and writes its file. */
async function predictShard(
  { network, data, file, backend, batchSize }: PredictSpec,
  report: (images: number) => void,
  signal: AbortSignal,
): Promise<void> {
  await useBackend({ backend });
  const images = await keptOpen(data);
  let seen = 0;
  const onImages = (count: number) => {
    seen += count;
    report(seen);
  };
  const options = { batchSize, signal, onImages };
  const [predicted] = await predictAll([await opened(network)], images, options);
  await storeOf(file).replace(file, checkedLine(storedShard(predicted!)));
}

serveWorker(predictShard);
