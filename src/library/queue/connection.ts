import { setTimeout } from 'node:timers/promises';
import { OptionError, QueueError } from 'selective-brain-damage-statistics';
import type { Unit } from './unit';

/** BullMQ, as far as it is used here. */
export type Bull = typeof import('bullmq');
export type UnitQueue = import('bullmq').Queue<Unit>;
export type UnitJob = import('bullmq').Job<Unit>;

/** The queue's name on its server. */
export const QUEUE_NAME = 'selective-brain-damage';

/** Seconds that a server may take to come back before it counts as absent. */
const PATIENCE = 10;

/** A server of a queue, which was reached once. */
export interface QueueServer {
  readonly bull: Bull;
  /** Without user and password, for people. */
  readonly name: string;
  /** A new connection's options; it is made anew whenever it is lost. */
  connection(): { readonly url: string; readonly maxRetriesPerRequest: null };
}

/**
 * Looks for a queue's server.
 *
 * @param url `redis://user:password@host:6379/0`, or `rediss://` for TLS
 * @throws OptionError where the URL is none of these, or a package is missing
 * @throws QueueError where the server does not answer
 */
export async function reachQueue(url: string): Promise<QueueServer> {
  const name = withoutSecrets(url);
  const bull = load<Bull>('bullmq');
  const { Redis } = load<typeof import('ioredis')>('ioredis');
  const until = performance.now() + 1000 * PATIENCE;
  for (;;) {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: null });
    let reason: Error | undefined;
    client.on('error', (error) => {
      reason ??= error;
    });
    try {
      await client.connect();
      await client.ping();
      return { bull, name, connection: () => ({ url, maxRetriesPerRequest: null }) };
    } catch (error) {
      const cause = reason ?? (error as Error);
      if (!isAbsence(cause) || performance.now() > until) throw notReached(name, cause);
      await setTimeout(200);
    } finally {
      client.disconnect();
    }
  }
}

function isAbsence(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN'].includes(code ?? '') ||
    /LOADING|Connection is closed/.test(error.message)
  );
}

function notReached(name: string, cause: Error): QueueError {
  return new QueueError(
    `The queue at ${name} cannot be used (${cause.message}). Does Redis or Valkey run there, and are user and ` +
      'password those in the URL?',
    { cause },
  );
}

/** @throws OptionError where it is no URL of a queue; its message holds no password */
function withoutSecrets(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^rediss?:$/.test(parsed.protocol) && parsed.hostname)
    return `${parsed.protocol}//${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`;
  throw new OptionError(
    'queue: expected redis://host:6379, with user:password@ before the host where they are needed, or ' +
      `rediss:// for TLS${parsed ? `; found ${parsed.protocol}//…` : ''}.`,
    { option: 'queue' },
  );
}

function load<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (cause) {
    throw new OptionError(
      `A queue needs the package ${name}, which could not be loaded ` +
        `(${(cause as Error).message.split('\n')[0]}). Install it beside this package: npm i bullmq ioredis`,
      { cause, option: 'queue' },
    );
  }
}
