import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is refused, with the status of the answer; undefined where it is not. */
export type Refusal = { readonly status: number; readonly reason: string } | undefined;

/**
 * Lets in the person who was told the address, and nobody else on this machine or on pages of other sites: the
 * address holds a token, which the browser then keeps as a cookie.
 */
export class Guard {
  private readonly token = randomBytes(24).toString('base64url');

  constructor(private readonly port: number) {}

  /** The address of the page. */
  get url(): string {
    return `${this.origin}/?token=${this.token}`;
  }

  /** Sets the cookie of who came by that address. */
  get cookie(): string {
    return `${this.cookieName}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }

  private get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Browsers share cookies between ports. */
  private get cookieName(): string {
    return `sbd-annotate-${this.port}`;
  }

  /** Whether the address holds the token. */
  isInvited(url: URL): boolean {
    return this.isToken(url.searchParams.get('token') ?? '');
  }

  refusal({ headers, method }: IncomingMessage, url: URL): Refusal {
    // A name that points to this machine is not enough: a page elsewhere can have one (DNS rebinding).
    if (headers.host !== `127.0.0.1:${this.port}`)
      return { status: 421, reason: `Open ${this.origin}; there is no other host here.` };
    const site = headers['sec-fetch-site'] ?? 'same-origin';
    const isOurs = headers.origin === undefined || headers.origin === this.origin;
    const isLink = method === 'GET' && this.isInvited(url);
    if (!isOurs || !(site === 'same-origin' || site === 'none' || isLink))
      return { status: 403, reason: 'Pages of other sites may not ask here.' };
    if (method !== 'GET' && headers['content-type'] !== 'application/json')
      return { status: 415, reason: 'Expected application/json.' };
    if (!this.isInvited(url) && !this.isToken(this.cookieOf(headers.cookie)))
      return { status: 401, reason: 'Open the address that sbd annotate printed, with its token.' };
    return undefined;
  }

  private cookieOf(header = ''): string {
    const pairs = header.split(';').map((pair) => pair.trim().split('='));
    return pairs.find(([name]) => name === this.cookieName)?.[1] ?? '';
  }

  private isToken(text: string): boolean {
    const [given, expected] = [Buffer.from(text), Buffer.from(this.token)];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
