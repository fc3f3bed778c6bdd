import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json as jsonOf } from 'node:stream/consumers';
import { OptionError, SbdError } from 'selective-brain-damage-statistics';
import { ATTRIBUTES } from 'selective-brain-damage-statistics/internal';
import { Guard } from './guard';
import type { Interviews } from './interviews';
import { QUESTIONS } from './questions';

/** The page's files, beside the sources. */
const PAGE = join(__dirname, '../../annotation/page');

const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
};

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Bytes of a request; answers take a few hundred. */
const LARGEST_REQUEST = 16_384;

/** A page of questions that is being served. */
export interface AnnotationServer {
  /** Where a browser finds it, with the token that lets it in. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page of questions on this machine's loopback interface.
 *
 * @param port 0 takes a free one
 * @throws OptionError where the port is taken
 */
export async function serveAnnotations(
  interviews: Interviews,
  pictures: readonly Uint8Array[],
  port: number,
): Promise<AnnotationServer> {
  const server = createServer();
  const guard = new Guard(await listen(server, port));
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    respond(request, guard, interviews, pictures).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, failure(error)),
    );
  });
  return {
    url: guard.url,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  const listening = new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    // Throws where no port has this number.
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return listening.catch((cause: Error) => {
    throw new OptionError(
      `--port: ${port} cannot be used (${cause.message}); leave it out for a free one.`,
      { cause, option: '--port', value: port },
    );
  });
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

async function respond(
  request: IncomingMessage,
  guard: Guard,
  interviews: Interviews,
  pictures: readonly Uint8Array[],
): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const refused = guard.refusal(request, url);
  if (refused) return text(refused.status, refused.reason);
  const { method } = request;
  if (method === 'GET') {
    const reply = (await resource(url.pathname, interviews, pictures)) ?? NOT_FOUND;
    return guard.isInvited(url)
      ? { ...reply, headers: { ...reply.headers, 'set-cookie': guard.cookie } }
      : reply;
  }
  if (method === 'POST') return (await action(url.pathname, request, interviews)) ?? NOT_FOUND;
  return text(405, 'Expected GET or POST.');
}

async function resource(
  path: string,
  interviews: Interviews,
  pictures: readonly Uint8Array[],
): Promise<Reply | undefined> {
  if (Object.hasOwn(FILES, path)) {
    const { file, type } = FILES[path]!;
    return {
      status: 200,
      headers: { 'content-type': type },
      body: await readFile(join(PAGE, file)),
    };
  }
  if (path === '/study')
    return json({
      questions: ATTRIBUTES.map((attribute) => ({ attribute, ...QUESTIONS[attribute] })),
      people: interviews.people(),
    });
  const picture = pictures[Number(/^\/pictures\/(\d+)\.png$/.exec(path)?.[1])];
  return picture && { status: 200, headers: { 'content-type': 'image/png' }, body: picture };
}

async function action(
  path: string,
  request: IncomingMessage,
  interviews: Interviews,
): Promise<Reply | undefined> {
  const { person, ...rest } = await bodyOf(request);
  if (path === '/task') return json(interviews.task(person));
  if (path === '/answer') return json(await interviews.answer(person, rest));
  if (path === '/undo') return json(await interviews.undo(person));
  return undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!(Number(request.headers['content-length']) <= LARGEST_REQUEST))
    throw new OptionError(`Expected a request of at most ${LARGEST_REQUEST} bytes.`);
  const body: unknown = await jsonOf(request).catch((cause: Error) => {
    throw new OptionError(`Expected JSON (${cause.message}).`, { cause });
  });
  return { ...(body as Record<string, unknown>) };
}

const text = (status: number, body: string): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});

const json = (value: unknown): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const NOT_FOUND = text(404, 'There is nothing here.');

/** 400 for what the page asked, 500 for what this machine could not do. */
function failure(error: unknown): Reply {
  if (!(error instanceof SbdError)) console.error(error);
  return text(error instanceof OptionError ? 400 : 500, (error as Error).message);
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...HEADERS, ...headers });
  response.end(body);
}
