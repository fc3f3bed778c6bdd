import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';

/** A server that a test started. */
export interface Service {
  readonly port: number;
  /** Ends the server at once, as a power failure would, or so that it saves its data. */
  stop(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

const CACHE = join(
  process.env.SBD_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'selective-brain-damage'),
  'gofakes3-1.2.0',
);
const PATH = [CACHE, process.env.PATH].join(delimiter);

/** The reason why there is no such server to test with; false where there is one. */
export const NO_S3 = !has('gofakes3') && 'no gofakes3 (.ci/comparisons builds it with Go)';
export const NO_REDIS = !has('redis-server') && 'no redis-server';

function has(program: string): boolean {
  return spawnSync(program, ['--help'], { env: { ...process.env, PATH } }).error === undefined;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

/** Ports that nothing listens on, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** The environment in which buckets are those of the server at a port. */
export function s3Env(port: number): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'us-east-1',
  };
}

/** Starts an S3 server with an empty bucket, in memory. */
export async function startS3(bucket: string): Promise<Service> {
  const port = await freePort();
  return start('gofakes3', port, [
    ...['-backend', 'memory', '-initialbucket', bucket, '-host', `127.0.0.1:${port}`],
    '-quiet',
  ]);
}

/** Gives a suite an S3 server with an empty bucket, as that of this process's environment. */
export function s3OfSuite(bucket: string): void {
  let server: Service;
  before(async () => {
    server = await startS3(bucket);
    Object.assign(process.env, s3Env(server.port));
  });
  after(() => server.stop());
}

/** How Redis is started. */
export interface RedisOptions {
  readonly port?: number;
  readonly password?: string;
  /** When a change is on the disk. Default always: before it is answered. */
  readonly fsync?: 'always' | 'everysec';
}

/** Starts Redis, which writes every change to its folder's append-only file. */
export async function startRedis(folder: string, options: RedisOptions = {}): Promise<Service> {
  const { port = await freePort(), password, fsync = 'always' } = options;
  return start('redis-server', port, [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', fsync],
    ...(password === undefined ? [] : ['--requirepass', password]),
  ]);
}

async function start(program: string, port: number, args: readonly string[]): Promise<Service> {
  const child = spawn(program, args, { env: { ...process.env, PATH }, stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  await listening(child, port);
  return {
    port,
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    const open = await fetch(`http://127.0.0.1:${port}`).then(
      () => true,
      // Redis listens, though it does not speak HTTP.
      ({ cause }) => (cause as NodeJS.ErrnoException).code !== 'ECONNREFUSED',
    );
    if (open) return;
    await setTimeout(20);
  }
  throw new Error(`${child.spawnargs.join(' ')} ended with exit code ${child.exitCode}`);
}
