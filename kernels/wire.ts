import { createHmac, getHashes, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isObject } from './checkCell';
import { OptionError } from './errors';

/** A message between a Jupyter client and a kernel, protocol 5.3. */
export interface Message {
  /** The addressee of a reply, or the topic of a published message. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  /** The header of the request that this message belongs to; empty in requests. */
  readonly parent: Partial<Header>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The header of a message. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  readonly version: string;
}

/** The connection file that a client passes to the kernel it starts. */
export interface Connection {
  readonly transport: 'tcp' | 'ipc';
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly signature_scheme: string;
  /** The key that signs messages; empty if they are not signed. */
  readonly key: string;
}

export const PROTOCOL = '5.3';

const PORTS = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'] as const;

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536;
}

/** @throws OptionError naming the file, where it is missing, or is no connection file */
export function readConnection(file: string): Connection {
  const fail = (problem: string, cause?: unknown): never => {
    throw new OptionError(
      `${file}: ${problem}; expected the connection file of a Jupyter client, which writes it anew when the ` +
        'kernel is started again.',
      { cause },
    );
  };
  let json: Partial<Connection> | null;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    return fail((cause as Error).message, cause);
  }
  if (typeof json !== 'object' || json === null) return fail('it is no JSON object');
  const { transport, ip, key, signature_scheme } = json;
  const port = PORTS.find((name) => !isPort(json[name]));
  if (port) fail(`${port} is ${json[port]}`);
  if (transport !== 'tcp' && transport !== 'ipc') fail(`transport is ${transport}`);
  if (typeof ip !== 'string') fail(`ip is ${ip}`);
  if (typeof key !== 'string') fail(`key is ${typeof key}`);
  if (key !== '' && !getHashes().includes(String(signature_scheme).replace('hmac-', '')))
    fail(`signature_scheme is ${signature_scheme}`);
  return json as Connection;
}

const DELIMITER = Buffer.from('<IDS|MSG>');

export function address({ transport, ip }: Connection, port: number): string {
  return `${transport}://${ip}${transport === 'tcp' ? ':' : '-'}${port}`;
}

export function header(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: PROTOCOL,
  };
}

export function encode(message: Message, { key, signature_scheme }: Connection): Buffer[] {
  const { identities, header, parent, metadata, content } = message;
  const parts = [header, parent, metadata, content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  return [...identities, DELIMITER, signature(parts, key, signature_scheme), ...parts];
}

/** @throws Error if the frames are not a message, are not signed with the connection's key, or hold no JSON objects */
export function decode(frames: readonly Buffer[], connection: Connection): Message {
  const start = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (start === -1 || frames.length < start + 6)
    throw new Error('A message was ignored: its frames are not a Jupyter message.');
  const signed = frames[start + 1]!;
  const parts = frames.slice(start + 2, start + 6);
  const expected = signature(parts, connection.key, connection.signature_scheme);
  if (signed.length !== expected.length || !timingSafeEqual(signed, expected))
    throw new Error('A message was ignored: it is not signed with the key of this connection.');
  const [header, parent, metadata, content] = parts.map(parsed);
  if (typeof header!.msg_type !== 'string' || typeof header!.msg_id !== 'string')
    throw new Error('A message was ignored: its header lacks msg_type or msg_id.');
  return {
    identities: frames.slice(0, start),
    header: header as unknown as Header,
    ...{ parent: parent!, metadata: metadata!, content: content! },
  };
}

const PARTS = ['header', 'parent header', 'metadata', 'content'];

function parsed(part: Buffer, index: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(part.toString());
  } catch (error) {
    throw new Error(
      `A message was ignored: its ${PARTS[index]} is not JSON (${(error as Error).message}).`,
    );
  }
  if (!isObject(value))
    throw new Error(`A message was ignored: its ${PARTS[index]} is no JSON object.`);
  return value;
}

function signature(parts: readonly Buffer[], key: string, scheme: string): Buffer {
  if (key === '') return Buffer.alloc(0);
  const hmac = createHmac(scheme.replace('hmac-', ''), key);
  for (const part of parts) hmac.update(part);
  return Buffer.from(hmac.digest('hex'));
}
