import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

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

/** @throws Error if the frames are not a message, or not signed with the connection's key */
export function decode(frames: readonly Buffer[], connection: Connection): Message {
  const start = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (start === -1 || frames.length < start + 6)
    throw new Error('A message was ignored: its frames are not a Jupyter message.');
  const signed = frames[start + 1]!;
  const parts = frames.slice(start + 2, start + 6);
  const expected = signature(parts, connection.key, connection.signature_scheme);
  if (signed.length !== expected.length || !timingSafeEqual(signed, expected))
    throw new Error('A message was ignored: it is not signed with the key of this connection.');
  const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part.toString()));
  return { identities: frames.slice(0, start), header, parent, metadata, content };
}

function signature(parts: readonly Buffer[], key: string, scheme: string): Buffer {
  if (key === '') return Buffer.alloc(0);
  const hmac = createHmac(scheme.replace('hmac-', ''), key);
  for (const part of parts) hmac.update(part);
  return Buffer.from(hmac.digest('hex'));
}
