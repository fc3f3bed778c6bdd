import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Dealer, Request, Subscriber } from 'zeromq';
import { installKernel } from '#kernels/kernelspec';
import { address, type Connection, decode, encode, header, type Message } from '#kernels/wire';
import { freePorts } from '../services';

type Content = Record<string, unknown>;

/** The reply to a request, and the messages published for it up to its `idle`. */
export interface Answer {
  readonly reply: Message;
  readonly published: readonly Message[];
}

/** A Jupyter client that starts the kernel by its installed kernelspec, as Jupyter does. */
export class JupyterClient {
  readonly published: Message[] = [];
  private readonly session = randomUUID();
  private readonly shell = new Dealer({ routingId: this.session });
  private readonly control = new Dealer({ routingId: this.session });
  private readonly stdin = new Dealer({ routingId: this.session });
  private readonly heartbeat = new Request();
  private readonly iopub = new Subscriber();
  private readonly replies = new Map<string, Message>();
  private readonly arrivals = new EventEmitter();

  private constructor(
    readonly kernel: ChildProcess,
    private readonly connection: Connection,
    private readonly folder: string,
  ) {}

  /** @param directory where the cells run */
  static start(directory: string, key?: string): Promise<JupyterClient> {
    return JupyterClient.startBy(ownKernel, directory, key);
  }

  /** With a process between this one and the kernel that can be killed as Jupyter can. */
  static startParent(directory: string): Promise<JupyterClient> {
    const parent = `
      const [command, ...args] = process.argv.slice(1);
      const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
      require('node:child_process').spawn(command, args, { env, stdio: 'inherit' });`;
    return JupyterClient.startBy(
      (connectionFile, folder) => [
        ...[process.execPath, '-e', parent],
        ...ownKernel(connectionFile, folder),
      ],
      directory,
    );
  }

  /** Starts the kernel of tslab from npm in place of ours. */
  static startTslab(directory: string): Promise<JupyterClient> {
    const tslab = join(dirname(require.resolve('tslab/package.json')), 'bin/tslab');
    return JupyterClient.startBy(
      (connectionFile) => [process.execPath, tslab, 'kernel', '--config-path', connectionFile],
      directory,
    );
  }

  private static async startBy(
    argvOf: (connectionFile: string, folder: string) => readonly string[],
    directory: string,
    key: string = randomUUID(),
  ): Promise<JupyterClient> {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-'));
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await freePorts(5);
    const connection = {
      ...{ transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-sha256', key },
      ...{ shell_port, iopub_port, stdin_port, control_port, hb_port },
    } as Connection;
    const connectionFile = join(folder, 'connection.json');
    writeFileSync(connectionFile, JSON.stringify(connection));
    const [command, ...args] = argvOf(connectionFile, folder);
    // Coverage is of our own kernel's sources; it slows stock tslab, which then loses messages.
    const { NODE_V8_COVERAGE, ...env } = process.env;
    const kernel = spawn(command!, args, {
      cwd: directory,
      env: args.some((arg) => arg.includes('tslab')) ? env : process.env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const client = new JupyterClient(kernel, connection, folder);
    await client.connect();
    return client;
  }

  async request(type: string, content: Content = {}, channel = this.shell): Promise<Answer> {
    const id = await this.send(type, content, channel);
    await this.until(() => this.replies.has(id) && this.isIdle(id));
    return { reply: this.replies.get(id)!, published: this.of(id) };
  }

  execute(code: string, options: Content = {}): Promise<Answer> {
    return this.request('execute_request', { code, ...options });
  }

  onControl(type: string, content: Content = {}): Promise<Answer> {
    return this.request(type, content, this.control);
  }

  /** Answers the next question of a cell; resolves to the content of its request. */
  async onInput(answer: (prompt: string) => string): Promise<Content> {
    const { content } = await this.question();
    // As jupyter_client answers: without the question's header.
    await this.send('input_reply', { value: answer(String(content.prompt)) }, this.stdin);
    return content;
  }

  /** The next question of a cell. */
  async question(): Promise<Message> {
    return decode((await this.stdin.receive()) as Buffer[], this.connection);
  }

  /** Answers a question as JupyterLab does: with the question's header. */
  async answer({ header }: Message, value: string): Promise<void> {
    await this.send('input_reply', { value }, this.stdin, header);
  }

  /** Returns the request's id. */
  async send(
    type: string,
    content: Content,
    channel = this.shell,
    parent: Message['parent'] = {},
  ): Promise<string> {
    const message = {
      identities: [],
      header: header(type, this.session),
      parent,
      metadata: {},
      content,
    };
    await channel.send(encode(message, this.connection));
    return message.header.msg_id;
  }

  /** Messages that anyone may send, signed or not. */
  async sendFrames(frames: readonly Buffer[]): Promise<void> {
    await this.shell.send([...frames]);
  }

  async beat(text: string): Promise<string> {
    await this.heartbeat.send(text);
    return String((await this.heartbeat.receive())[0]);
  }

  /** What was published for a request, without its status. */
  of(id: string): Message[] {
    return this.published.filter(
      ({ header, parent }) => parent.msg_id === id && header.msg_type !== 'status',
    );
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.arrivals, 'message');
  }

  /** Shuts the kernel down, unless it is gone, and resolves to its exit code. */
  async close(): Promise<number | null> {
    if (this.kernel.exitCode === null && this.kernel.signalCode === null) {
      const exit = once(this.kernel, 'exit');
      await this.send('shutdown_request', { restart: false }, this.control);
      await exit;
    }
    for (const socket of [this.shell, this.control, this.stdin, this.iopub, this.heartbeat])
      socket.close();
    rmSync(this.folder, { recursive: true, force: true });
    return this.kernel.exitCode;
  }

  private async connect(): Promise<void> {
    const { shell, control, stdin, iopub, heartbeat, connection } = this;
    stdin.connect(address(connection, connection.stdin_port));
    shell.connect(address(connection, connection.shell_port));
    control.connect(address(connection, connection.control_port));
    iopub.connect(address(connection, connection.iopub_port));
    heartbeat.connect(address(connection, connection.hb_port));
    iopub.subscribe();
    this.listen(shell, (message) => this.replies.set(message.parent.msg_id!, message));
    this.listen(control, (message) => this.replies.set(message.parent.msg_id!, message));
    this.listen(iopub, (message) => this.published.push(message));
    // Until the subscription is there, a status may pass unheard.
    while (!this.published.some(({ header }) => header.msg_type === 'status')) {
      await this.send('kernel_info_request', {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async listen(
    socket: Dealer | Subscriber,
    onMessage: (message: Message) => void,
  ): Promise<void> {
    for await (const frames of socket as AsyncIterable<Buffer[]>) {
      onMessage(decode(frames, this.connection));
      this.arrivals.emit('message');
    }
  }

  isIdle(id: string): boolean {
    return this.published.some(
      ({ parent, content }) => parent.msg_id === id && content.execution_state === 'idle',
    );
  }
}

/** The command of the kernelspec that `kernel install` writes into a folder. */
function ownKernel(connectionFile: string, folder: string): string[] {
  const { argv } = JSON.parse(readFileSync(join(installKernel(folder), 'kernel.json'), 'utf8'));
  return argv.map((arg: string) => arg.replace('{connection_file}', connectionFile));
}
