import { Publisher, Reply, Router } from 'zeromq';
import type { CellError } from './cellError';
import type { Question } from './guarded';
import { KernelProcess } from './kernelProcess';
import { KERNEL_NAME, LANGUAGE_INFO } from './kernelspec';
import { VERSION } from './version';
import { address, type Connection, decode, encode, header, type Message, PROTOCOL } from './wire';

type Content = Readonly<Record<string, unknown>>;
/** Shows a message of the given type and content below a cell. */
type Show = (type: string, content: Content) => void;
type Handler = (request: Message) => Content | Promise<Content>;

/** The content of an `execute_request`, with the protocol's defaults. */
interface ExecuteRequest {
  readonly code: string;
  /** Whether the cell shows nothing and is not counted. */
  readonly silent: boolean;
  readonly store_history: boolean;
  readonly user_expressions: Readonly<Record<string, string>>;
  readonly stop_on_error: boolean;
}

interface OpenQuestion {
  /** The id of the `input_request`. */
  readonly id: string;
  /** Takes the answer; undefined for none. */
  onAnswer(text: string | undefined): void;
}

const MILLISECONDS_BETWEEN_PROGRESS = 100;
/** Clients drop output that comes in too many messages. */
const MILLISECONDS_BETWEEN_TEXTS = 50;
/** The time after an interrupt until a cell that is still running gets a note. */
const MILLISECONDS_TO_STOP = 3000;
const STILL_RUNNING =
  'The cell is running on to a point where it can stop. Interrupt it again to stop it at once.\n';

/**
 * A Jupyter kernel: it answers clients by the messaging specification
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html) and runs the cells in a separate
 * process, so that it can always answer.
 */
export class JupyterKernel {
  private readonly session = header('', '').msg_id;
  private readonly shell = new Router();
  private readonly control = new Router();
  private readonly stdin = new Router();
  private readonly iopub = new Publisher();
  private readonly heartbeat = new Reply();
  private readonly cells: KernelProcess;
  private readonly progress = new Progress((type, content) => this.show(type, content));
  private readonly texts = new Texts((content) => this.post('stream', content, this.last));
  private readonly waiting: Message[] = [];
  private readonly history: string[] = [];
  /** The request whose cell is running. */
  private running: Message | undefined;
  /** The last request to run a cell: late outputs belong to it. */
  private last: Message | undefined;
  /** The requests of counted cells, by execution count. */
  private readonly requests = new Map<number, Message>();
  /** Failures of cells that had ended, to be told below the next one. */
  private readonly lateErrors: CellError[] = [];
  /** The question that a cell waits for. */
  private question: OpenQuestion | undefined;
  private readonly showBelow: Show = (type, content) => {
    if (type === 'stream') this.texts.add(content as unknown as Text);
    else this.publish(type, 'data' in content ? { transient: {}, ...content } : content);
  };
  private show = this.showBelow;
  private closing: Promise<void> | undefined;

  private readonly handlers: Readonly<Record<string, Handler>> = {
    // Clients start their clocks when they have this.
    kernel_info_request: () => this.cells.ready.then(() => KERNEL_INFO),
    execute_request: (request) => this.execute(request),
    complete_request: (request) => this.complete(request),
    inspect_request: (request) => this.inspect(request),
    is_complete_request: (request) => this.isComplete(request),
    history_request: (request) => this.recall(request),
    comm_info_request: () => ({ status: 'ok', comms: {} }),
    interrupt_request: () => {
      this.interrupt();
      return { status: 'ok' };
    },
    shutdown_request: ({ content }) => ({ status: 'ok', restart: content.restart ?? false }),
  };

  /**
   * @param directory where the cells run
   * @param onClosed called when the kernel is closed and its processes have ended
   */
  constructor(
    private readonly connection: Connection,
    directory: string,
    private readonly onClosed: () => void,
  ) {
    this.cells = new KernelProcess(directory, {
      output: ({ output_type, ...content }) => this.show(output_type, content),
      log: (text) => this.show('stream', { name: 'stderr', text }),
      progress: this.progress,
      idleError: (error) => {
        this.publish('error', errorContent(error), this.requests.get(error.cell));
        // Most clients have stopped looking at a cell that has ended.
        this.lateErrors.push(error);
        this.tellLateErrors();
      },
      input: (question) => this.ask(question),
    });
  }

  /** Opens the connection's ports; resolves when they are open. */
  async listen(): Promise<void> {
    const { shell, control, stdin, iopub, heartbeat, connection } = this;
    const ports = [
      [shell, connection.shell_port],
      [control, connection.control_port],
      [stdin, connection.stdin_port],
      [iopub, connection.iopub_port],
      [heartbeat, connection.hb_port],
    ] as const;
    // Lets the last messages leave after the sockets are closed.
    for (const [socket] of ports) socket.linger = 1000;
    // Unlimited queues: otherwise sends may wait, or drop messages that a slow client has not read.
    for (const socket of [shell, control, iopub]) {
      socket.sendHighWaterMark = 0;
      socket.sendTimeout = 0;
    }
    await Promise.all(ports.map(([socket, port]) => socket.bind(address(connection, port))));
    this.publish('status', { execution_state: 'starting' });
    this.serve(shell);
    this.serve(control);
    this.serveInput();
    this.echo();
  }

  interrupt(): void {
    const { running } = this;
    if (!running) return;
    this.cells.interrupt();
    setTimeout(() => {
      if (this.running === running) this.show('stream', { name: 'stderr', text: STILL_RUNNING });
    }, MILLISECONDS_TO_STOP);
  }

  /** Ends the cells' process and closes the ports. */
  close(): Promise<void> {
    this.closing ??= this.cells.close().then(() => {
      const { shell, control, stdin, iopub, heartbeat } = this;
      for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
      this.onClosed();
    });
    return this.closing;
  }

  private async echo(): Promise<void> {
    for await (const frames of this.heartbeat) await this.heartbeat.send(frames);
  }

  private async serve(socket: Router): Promise<void> {
    for await (const frames of socket) {
      const request = this.decoded(frames);
      if (!request) continue;
      // Cells run one after the other; every other request is answered at once.
      if (request.header.msg_type !== 'execute_request') this.answer(socket, request);
      else if (this.waiting.push(request) === 1) this.executeWaiting(socket);
    }
  }

  private async executeWaiting(socket: Router): Promise<void> {
    while (this.waiting[0]) {
      const { status } = await this.answer(socket, this.waiting[0]);
      const { silent, stop_on_error } = executeRequest(this.waiting[0]);
      // Lets requests arrive that the client sent before it knew of the error.
      await new Promise(setImmediate);
      const [, ...others] = this.waiting.splice(
        0,
        status === 'error' && stop_on_error && !silent ? Number.POSITIVE_INFINITY : 1,
      );
      for (const request of others)
        await this.answer(socket, request, () => ({ status: 'aborted' }));
    }
  }

  private async answer(
    socket: Router,
    request: Message,
    handler = this.handlers[request.header.msg_type],
  ): Promise<Content> {
    const { msg_type } = request.header;
    this.publish('status', { execution_state: 'busy' }, request);
    let content: Content = {};
    try {
      if (handler) {
        content = await handler(request);
        await this.send(socket, msg_type.replace('_request', '_reply'), content, request);
      } else if (msg_type === 'comm_open') {
        // This kernel has no widgets.
        this.publish('comm_close', { comm_id: request.content.comm_id, data: {} }, request);
      }
    } catch (error) {
      const { name, message } = error as Error;
      content = { status: 'error', ename: name, evalue: message, traceback: [] };
      await this.send(socket, msg_type.replace('_request', '_reply'), content, request);
    }
    if (msg_type === 'shutdown_request') this.publish('shutdown_reply', content, request);
    this.publish('status', { execution_state: 'idle' }, request);
    // Clients show the last status published.
    if (this.running) this.publish('status', { execution_state: 'busy' }, this.running);
    if (msg_type === 'shutdown_request' || this.cells.hasEnded) this.close();
    return content;
  }

  private async execute(request: Message): Promise<Content> {
    const { code, silent, store_history, user_expressions } = executeRequest(request);
    const counts = store_history && !silent;
    const execution_count = this.cells.count + (counts ? 1 : 0);
    this.running = this.last = request;
    if (!silent) this.publish('execute_input', { code, execution_count });
    if (counts) {
      this.history.push(code);
      this.requests.set(execution_count, request);
    }
    if (silent) this.show = () => {};
    if (!silent) this.tellLateErrors();
    try {
      const error = await this.cells.execute(code, { counts });
      this.progress.done();
      if (error) {
        this.show('error', errorContent(error));
        return { status: 'error', execution_count, ...errorContent(error) };
      }
      const values: Record<string, Content> = {};
      for (const [name, expression] of Object.entries(user_expressions))
        values[name] = await this.evaluate(expression);
      return { status: 'ok', execution_count, user_expressions: values, payload: [] };
    } finally {
      this.show = this.showBelow;
      this.running = undefined;
      this.question?.onAnswer(undefined);
    }
  }

  /** Tells failures of cells that had ended below the running one, which they do not fail. */
  private tellLateErrors(): void {
    if (!this.running) return;
    for (const error of this.lateErrors.splice(0)) {
      const head = `After cell ${error.cell} had ended, it failed:`;
      this.show('stream', { name: 'stderr', text: `${head}\n${error.traceback.join('\n')}\n` });
    }
  }

  /** Asks the client of the running cell; undefined where it takes no input. */
  private async ask({ prompt, password }: Question): Promise<string | undefined> {
    const { running } = this;
    if (!running?.content.allow_stdin) return undefined;
    this.texts.flush();
    const { identities } = running;
    const request = this.message('input_request', { prompt, password }, running, identities);
    const answer = new Promise<string | undefined>((onAnswer) => {
      this.question = { id: request.header.msg_id, onAnswer };
    });
    await this.stdin.send(encode(request, this.connection));
    return answer;
  }

  private async serveInput(): Promise<void> {
    for await (const frames of this.stdin) {
      const reply = this.decoded(frames);
      if (reply?.header.msg_type !== 'input_reply') continue;
      // JupyterLab shows a question that was interrupted until it is answered; jupyter_client names none.
      const { msg_id = this.question?.id } = reply.parent;
      if (msg_id === this.question?.id) this.question?.onAnswer(String(reply.content.value ?? ''));
    }
  }

  private decoded(frames: readonly Buffer[]): Message | undefined {
    try {
      return decode(frames, this.connection);
    } catch (error) {
      console.error((error as Error).message);
      return undefined;
    }
  }

  private async evaluate(expression: string): Promise<Content> {
    let value: Content = { data: {}, metadata: {} };
    this.show = (type, content) => {
      if (type === 'execute_result') value = content;
    };
    const error = await this.cells.execute(expression, { counts: false });
    return error
      ? { status: 'error', ...errorContent(error) }
      : { status: 'ok', data: value.data, metadata: value.metadata };
  }

  private async complete({ content }: Message): Promise<Content> {
    const { code, cursor_pos } = content as { code: string; cursor_pos: number };
    const found = await this.cells.ask('complete', code, utf16Length(code, cursor_pos));
    const [cursor_start, cursor_end] = [found.start, found.end].map((at) => codePoints(code, at));
    return {
      status: 'ok',
      matches: found.candidates.map(({ text }) => text),
      cursor_start,
      cursor_end,
      metadata: {
        _jupyter_types_experimental: found.candidates.map(({ text, kind }) => ({
          text,
          type: kind,
          start: cursor_start,
          end: cursor_end,
        })),
      },
    };
  }

  private async inspect({ content }: Message): Promise<Content> {
    const { code, cursor_pos } = content as { code: string; cursor_pos: number };
    const data = await this.cells.ask('inspect', code, utf16Length(code, cursor_pos));
    return { status: 'ok', found: data !== undefined, data: data ?? {}, metadata: {} };
  }

  private async isComplete({ content }: Message): Promise<Content> {
    const { status, indent } = await this.cells.ask('isComplete', content.code as string);
    return status === 'incomplete' ? { status, indent } : { status };
  }

  /** Returns the cells of this session that a request means; earlier sessions are not kept. */
  private recall({ content }: Message): Content {
    const { hist_access_type, n, output, start, stop, pattern, unique } = content;
    const numbered = this.history.map((code, i) => ({ code, line: i + 1 }));
    const ranges: Readonly<Record<string, () => typeof numbered>> = {
      tail: () => numbered,
      range: () =>
        numbered.filter(
          ({ line }) =>
            line >= (typeof start === 'number' ? start : 1) &&
            line < (typeof stop === 'number' ? stop : Number.POSITIVE_INFINITY),
        ),
      search: () => {
        const found = numbered.filter(({ code }) => matchesGlob(code, String(pattern ?? '*')));
        return unique ? [...new Map(found.map((entry) => [entry.code, entry])).values()] : found;
      },
    };
    const meant = ranges[String(hist_access_type)]?.() ?? [];
    const last = hist_access_type !== 'range' && typeof n === 'number' ? meant.slice(-n) : meant;
    return {
      status: 'ok',
      history: last.map(({ code, line }) => [0, line, output ? [code, null] : code]),
    };
  }

  /** Sends a message to all clients, by default as an answer to the last cell's request. */
  private publish(type: string, content: Content, parent = this.last): void {
    this.texts.flush();
    this.post(type, content, parent);
  }

  private post(type: string, content: Content, parent: Message | undefined): void {
    const topic = Buffer.from(`kernel.${this.session}.${type}`);
    const message = this.message(type, content, parent, [topic]);
    // Cells may still print while the kernel closes.
    if (!this.iopub.closed) this.iopub.send(encode(message, this.connection));
  }

  private async send(
    socket: Router,
    type: string,
    content: Content,
    parent: Message,
  ): Promise<void> {
    const message = this.message(type, content, parent, parent.identities);
    await socket.send(encode(message, this.connection));
  }

  private message(
    type: string,
    content: Content,
    parent: Message | undefined,
    identities: readonly Buffer[],
  ): Message {
    return {
      identities,
      header: header(type, this.session),
      parent: parent?.header ?? {},
      metadata: {},
      content,
    };
  }
}

const KERNEL_INFO: Content = {
  status: 'ok',
  protocol_version: PROTOCOL,
  implementation: KERNEL_NAME,
  implementation_version: VERSION,
  language_info: LANGUAGE_INFO,
  banner: `TypeScript ${LANGUAGE_INFO.version} on Node ${process.version}`,
  help_links: [],
};

interface Text {
  readonly name: 'stdout' | 'stderr';
  readonly text: string;
}

/** Joins the pieces of text that a cell prints into fewer messages. */
class Texts {
  private joined: Text | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly send: (text: Content & Text) => void) {}

  add({ name, text }: Text): void {
    if (this.joined?.name !== name) this.flush();
    this.joined = { name, text: (this.joined?.text ?? '') + text };
    this.timer ??= setTimeout(() => this.flush(), MILLISECONDS_BETWEEN_TEXTS);
  }

  flush(): void {
    clearTimeout(this.timer);
    const { joined } = this;
    this.timer = this.joined = undefined;
    if (joined) this.send({ ...joined });
  }
}

/** Shows the progress of long work as one line of a cell's output, updated in place. */
class Progress {
  private displayId: string | undefined;
  private line = '';
  private shown = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly show: Show) {}

  update(line: string): void {
    this.line = line;
    this.timer ??= setTimeout(
      () => this.flush(),
      this.displayId ? MILLISECONDS_BETWEEN_PROGRESS : 0,
    );
  }

  /** Ends the line; the next update starts another one. */
  done(): void {
    this.flush();
    this.displayId = undefined;
    this.line = this.shown = '';
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.line === this.shown) return;
    const type = this.displayId ? 'update_display_data' : 'display_data';
    this.displayId ??= header('', '').msg_id;
    this.show(type, {
      data: { 'text/plain': this.line },
      metadata: {},
      transient: { display_id: this.displayId },
    });
    this.shown = this.line;
  }
}

function executeRequest({ content }: Message): ExecuteRequest {
  const {
    code,
    silent = false,
    store_history = true,
    user_expressions,
    stop_on_error = true,
  } = content as Partial<ExecuteRequest>;
  return {
    code: code ?? '',
    silent,
    store_history,
    user_expressions: user_expressions ?? {},
    stop_on_error,
  };
}

/** Whether a text matches a pattern in which `*` stands for any text and `?` for one character. */
function matchesGlob(text: string, pattern: string): boolean {
  const parts = [...pattern].map((letter) =>
    letter === '*'
      ? '[\\s\\S]*'
      : letter === '?'
        ? '[\\s\\S]'
        : letter.replace(/[\\^$.|+(){}[\]]/, '\\$&'),
  );
  return new RegExp(`^${parts.join('')}$`, 'u').test(text);
}

function errorContent({ name, message, traceback }: CellError): Content {
  return { ename: name, evalue: message, traceback };
}

/** The length of the first `count` code points, the unit of clients' cursor positions. */
function utf16Length(code: string, count: number): number {
  return [...code].slice(0, count).join('').length;
}

function codePoints(code: string, utf16Length: number): number {
  return [...code.slice(0, utf16Length)].length;
}
