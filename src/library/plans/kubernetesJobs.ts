import { posix } from 'node:path';
import { isInBucket, STOPPED } from 'selective-brain-damage-statistics/internal';
import type { PlannedJob } from './plannedJob';
import { toYaml } from './yaml';

/** A plan's units as Kubernetes' Indexed Jobs. */
export interface KubernetesJob extends PlannedJob {
  /** The plan's text. */
  readonly plan: string;
  /** A container image with `sbd`. */
  readonly image: string;
  /** A persistent volume claim, in whose root the plan counts its paths. */
  readonly claim?: string | undefined;
  /** A secret whose entries are environment variables: of a bucket. */
  readonly secret?: string | undefined;
  /** In place of the plan's folder. */
  readonly folder?: string | undefined;
}

const FOLDER = '/population';
const PLAN = 'plan.json';
/** Seconds in which a pod that must go saves its state. */
const SECONDS_TO_SAVE = 120;

/**
 * Manifests of a plan, in YAML: the plan's file as a ConfigMap, an Indexed Job of the networks, and a suspended
 * one of the sets of images. An index that fails twice does not stop the others; a pod that loses its node, or
 * is stopped, does not count as failed.
 */
export function kubernetesJobs(job: KubernetesJob): string {
  const head = (name: string) => ({ name: `${job.name}-${name}`, labels: labelsOf(job.name) });
  const plan = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: head('plan'),
    data: { [PLAN]: job.plan },
  };
  const networks = indexedJob(job, 'network', job.networks);
  const sets = indexedJob(job, 'set', job.sets);
  const comment =
    job.sets === 0
      ? ''
      : `# Once the networks are done, evaluate them:
#   kubectl patch job ${job.name}-sets --patch '{"spec": {"suspend": false}}'
`;
  const documents = [
    plan,
    networks,
    ...(job.sets > 0 ? [{ ...sets, spec: { suspend: true, ...sets.spec } }] : []),
  ];
  return `${comment}${documents.map(toYaml).join('---\n')}`;
}

function labelsOf(name: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'sbd', 'app.kubernetes.io/instance': name };
}

function indexedJob(
  { name, image, claim, secret, folder }: KubernetesJob,
  unit: 'network' | 'set',
  completions: number,
) {
  const volumes = [
    { name: 'plan', configMap: { name: `${name}-plan` } },
    ...(claim === undefined
      ? []
      : [{ name: 'folder', persistentVolumeClaim: { claimName: claim } }]),
  ];
  const volumeMounts = [
    ...(claim === undefined ? [] : [{ name: 'folder', mountPath: FOLDER }]),
    { name: 'plan', mountPath: `${FOLDER}/${PLAN}`, subPath: PLAN },
  ];
  const container = {
    ...{ name: unit, image },
    // A shell would not hand on the signal that asks to save the state, unless it becomes the command.
    command: ['sh', '-c', `exec sbd train "$0" --${unit} "$JOB_COMPLETION_INDEX" "$@"`],
    args: [`${FOLDER}/${PLAN}`, ...(folder === undefined ? [] : ['--folder', inPod(folder)])],
    ...(secret !== undefined && { envFrom: [{ secretRef: { name: secret } }] }),
    ...(claim !== undefined && { env: [{ name: 'SBD_CACHE', value: `${FOLDER}/.cache` }] }),
    resources: { requests: { cpu: '1', memory: '2Gi' } },
    volumeMounts,
  };
  const pod = {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: SECONDS_TO_SAVE,
    containers: [container],
    volumes,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${name}-${unit}s`, labels: labelsOf(name) },
    spec: {
      completionMode: 'Indexed',
      ...{ completions, parallelism: completions, backoffLimitPerIndex: 1 },
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'Ignore', onExitCodes: { operator: 'In', values: [STOPPED.SIGTERM] } },
        ],
      },
      template: { metadata: { labels: labelsOf(name) }, spec: pod },
    },
  };
}

/** A folder in the claim's volume, or a place in a bucket. */
function inPod(folder: string): string {
  return isInBucket(folder) ? folder : posix.resolve(FOLDER, folder);
}
