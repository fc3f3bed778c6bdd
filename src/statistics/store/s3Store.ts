import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { StoreError } from '../errors';
import type { Store, StoredFile } from './types';

/** The environment variables that name a server and the right to use it. */
const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
/** Times that a request is sent while the server cannot be reached, about 25 s in all. */
const ATTEMPTS = 10;
const LONGEST_PAUSE = 5000;

/** The objects of buckets on a server that speaks S3. */
export class S3Store implements Store {
  private readonly client: AwsClient;
  private readonly endpoint: string | undefined;
  private readonly region: string;
  private readonly probes = new Map<string, Promise<void>>();

  /**
   * @param env server and credentials, in the variables that all of Amazon's tools read
   * @throws StoreError where credentials are missing, naming the variables
   */
  constructor(env: NodeJS.ProcessEnv) {
    const missing = CREDENTIALS.filter((name) => !env[name]);
    if (missing.length > 0)
      throw new StoreError(
        `A place in a bucket needs the environment variable ${missing.join(' and ')}; ` +
          'AWS_SESSION_TOKEN, AWS_REGION and, for servers other than Amazon S3, AWS_ENDPOINT_URL count too.',
      );
    this.endpoint = (env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL)?.replace(/\/+$/, '');
    this.region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
    this.client = new AwsClient({
      accessKeyId: env.AWS_ACCESS_KEY_ID!,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
      ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
      ...{ service: 's3', region: this.region },
    });
  }

  async read(place: string): Promise<Buffer | undefined> {
    const answer = await this.send('GET', place);
    if (answer.status === 404) return this.unlessNoBucket(place, answer, undefined);
    if (!answer.ok) throw await this.refused(place, answer);
    return Buffer.from(await answer.arrayBuffer());
  }

  async writeIfAbsent(place: string, data: string | Uint8Array): Promise<boolean> {
    for (;;) {
      const answer = await this.send('PUT', place, { data, headers: { 'If-None-Match': '*' } });
      if (answer.ok || answer.status === 412) {
        await answer.arrayBuffer();
        return answer.ok;
      }
      // Amazon's answer to two writers at once, of which neither has succeeded yet.
      if (answer.status !== 409) throw await this.refused(place, answer);
      await setTimeout(100);
    }
  }

  async replace(place: string, data: string | Uint8Array): Promise<void> {
    const answer = await this.send('PUT', place, { data });
    if (!answer.ok) throw await this.refused(place, answer);
    await answer.arrayBuffer();
  }

  async list(place: string): Promise<StoredFile[]> {
    const { bucket, key } = partsOf(place);
    const files: StoredFile[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix: key, 'encoding-type': 'url' });
      if (next !== undefined) query.set('continuation-token', next);
      const answer = await this.send('GET', `s3://${bucket}`, { query });
      if (!answer.ok) throw await this.refused(place, answer);
      const page = parsePage(await answer.text());
      files.push(...page.files.map((file) => ({ ...file, place: `s3://${bucket}/${file.place}` })));
      next = page.next;
    } while (next !== undefined);
    const root = place.replace(/\/+$/, '');
    // A prefix is no folder: that of replicate=1 is one of replicate=10 too.
    return files.filter((file) => file.place === root || file.place.startsWith(`${root}/`));
  }

  async remove(place: string): Promise<void> {
    const answer = await this.send('DELETE', place);
    if (!answer.ok && answer.status !== 404) throw await this.refused(place, answer);
    await answer.arrayBuffer();
  }

  /**
   * Tries whether the server writes on a condition; once for each bucket.
   *
   * @throws StoreError where it does not, or the bucket cannot be used
   */
  probe(place: string): Promise<void> {
    const { bucket } = partsOf(place);
    const probed = this.probes.get(bucket) ?? this.tryCondition(place);
    this.probes.set(bucket, probed);
    probed.catch(() => this.probes.delete(bucket));
    return probed;
  }

  private async tryCondition(place: string): Promise<void> {
    const file = `${place.replace(/\/+$/, '')}/.probe-${randomUUID()}`;
    try {
      const first = await this.writeIfAbsent(file, 'first');
      const second = await this.writeIfAbsent(file, 'second');
      if (first && !second) return;
    } finally {
      await this.remove(file);
    }
    throw new StoreError(
      `${place}: the server at ${this.urlOf(place).host} does not heed If-None-Match: *, so two workers ` +
        'could overwrite each other. Use a server with conditional writes, as Amazon S3 has them, or a folder ' +
        'that the machines share.',
      { file: place },
    );
  }

  private urlOf(place: string): URL {
    const { bucket, key } = partsOf(place);
    const path = key.split('/').map(encodeURIComponent).join('/');
    return new URL(
      this.endpoint === undefined
        ? `https://${bucket}.s3.${this.region}.amazonaws.com/${path}`
        : `${this.endpoint}/${bucket}${key === '' ? '' : `/${path}`}`,
    );
  }

  private async send(
    method: string,
    place: string,
    request: {
      readonly data?: string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
      readonly query?: URLSearchParams;
    } = {},
  ): Promise<Response> {
    const { data, headers = {}, query } = request;
    const url = this.urlOf(place);
    // `%20` is signed as it is sent, `+` is not everywhere.
    if (query) url.search = query.toString().replaceAll('+', '%20');
    for (let attempt = 1; ; attempt++)
      try {
        const body = data === undefined ? {} : { body: Buffer.from(data) };
        return await this.client.fetch(url, { method, headers, ...body });
      } catch (cause) {
        if (attempt === ATTEMPTS)
          throw new StoreError(
            `${place}: the server at ${url.host} cannot be reached (${reasonOf(cause)}). Is ` +
              'AWS_ENDPOINT_URL right?',
            { cause, file: place },
          );
        await setTimeout(Math.min(LONGEST_PAUSE, 50 * 2 ** attempt));
      }
  }

  private async unlessNoBucket<T>(place: string, answer: Response, value: T): Promise<T> {
    const text = await answer.text();
    if (codeOf(text) === 'NoSuchBucket') throw this.refusal(place, answer.status, text);
    return value;
  }

  private async refused(place: string, answer: Response): Promise<StoreError> {
    const text = answer.bodyUsed ? '' : await answer.text();
    return this.refusal(place, answer.status, text);
  }

  private refusal(place: string, status: number, text: string): StoreError {
    const { bucket } = partsOf(place);
    const code = codeOf(text);
    const wayOut =
      code === 'NoSuchBucket'
        ? `Make the bucket ${bucket} first.`
        : status === 403 || status === 401
          ? `Check ${CREDENTIALS.join(', ')}, AWS_REGION and the rights on the bucket ${bucket}.`
          : 'Try again later.';
    return new StoreError(
      `${place}: the server at ${this.urlOf(place).host} answered ${[status, code].join(' ').trim()}. ${wayOut}`,
      { file: place },
    );
  }
}

function partsOf(place: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === undefined)
    throw new StoreError(`${place}: expected s3://bucket/prefix, with a bucket's name.`, {
      file: place,
    });
  // A URL's parser would take these for steps to another key or bucket.
  if (key.split('/').some((part) => part === '.' || part === '..'))
    throw new StoreError(`${place}: expected s3://bucket/prefix without . and .. in it.`, {
      file: place,
    });
  return { bucket, key: key.replace(/\/+$/, '') };
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
}

function codeOf(xml: string): string {
  return /<Code>([^<]*)<\/Code>/.exec(xml)?.[1] ?? '';
}

/** A page of a bucket's list, whose places are keys. */
function parsePage(xml: string): { readonly files: StoredFile[]; readonly next?: string } {
  const isEncoded = /<EncodingType>url<\/EncodingType>/i.test(xml);
  const files = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry]) => {
    const key = unescapeXml(tag(entry!, 'Key'));
    return {
      place: isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
      size: Number(tag(entry!, 'Size')),
      modified: Date.parse(tag(entry!, 'LastModified')),
    };
  });
  const isTruncated = tag(xml, 'IsTruncated') === 'true';
  return { files, ...(isTruncated && { next: unescapeXml(tag(xml, 'NextContinuationToken')) }) };
}

function tag(xml: string, name: string): string {
  return new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? entity;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
