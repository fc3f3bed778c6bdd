import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Message } from '#kernels/wire';
import { FIXTURES } from './fixtures';
import { gateOf } from './gate';
import { type Answer, JupyterClient } from './jupyterClient';
import { isAlive, until } from './processes';

let client: JupyterClient;
before(async () => {
  client = await JupyterClient.start(FIXTURES);
});
after(() => client.close());

function types(messages: readonly Message[]): string[] {
  return messages.map(({ header }) => header.msg_type);
}

function text({ published }: Answer): string {
  return published.map(({ content }) => content.text ?? '').join('');
}

/** Waits until the kernel has read all that was sent: it reads in order, and answers this at once. */
async function received(): Promise<void> {
  await client.request('kernel_info_request');
}

async function count(): Promise<number> {
  const { reply } = await client.execute('');
  return reply.content.execution_count as number;
}

test('tells what it is', async () => {
  const { reply, published } = await client.request('kernel_info_request');
  assert.equal(reply.header.msg_type, 'kernel_info_reply');
  assert.equal(reply.content.protocol_version, '5.3');
  assert.equal((reply.content.language_info as { name: string }).name, 'typescript');
  assert.deepEqual(published, []);
  assert.equal(await client.beat('ping'), 'ping');
});

test('a cell is busy, input, outputs, reply, idle, all in its own name', async () => {
  const before = await count();
  const { reply, published } = await client.execute("console.log('a');\n({ b: 1 })");
  assert.deepEqual(types(published), ['execute_input', 'stream', 'execute_result']);
  const [input, stream, result] = published.map(({ content }) => content);
  assert.deepEqual(input, { code: "console.log('a');\n({ b: 1 })", execution_count: before + 1 });
  assert.deepEqual(stream, { name: 'stdout', text: 'a\n' });
  assert.deepEqual(result!.data, { 'text/plain': '{ b: 1 }' });
  assert.equal(result!.execution_count, before + 1);
  const { status, execution_count } = reply.content;
  assert.deepEqual([status, execution_count], ['ok', before + 1]);
  const states = client.published
    .filter(({ parent }) => parent.msg_id === reply.parent.msg_id)
    .map(({ content }) => content.execution_state);
  assert.deepEqual([states[0], states.at(-1)], ['busy', 'idle']);
});

test('a figure is one message with all its forms', async () => {
  const { published } = await client.execute('({ data: [], layout: { width: 100, height: 100 } })');
  assert.deepEqual(Object.keys(published[1]!.content.data as object), [
    'application/vnd.plotly.v1+json',
    'text/plain',
  ]);
});

test('what fails is an error message in lines of the cell, and aborts what waits', async (context) => {
  const gate = gateOf(context);
  const failing = client.execute(
    `const a: number = 1; ${gate.waits}\nthrow new RangeError('at ' + a);`,
  );
  const next = client.execute("console.log('never')");
  await received();
  gate.open();
  const { reply, published } = await failing;
  const error = published.at(-1)!;
  assert.equal(error.header.msg_type, 'error');
  assert.deepEqual([error.content.ename, error.content.evalue], ['RangeError', 'at 1']);
  assert.match(
    (error.content.traceback as string[]).join('\n'),
    /^> 2 \| throw .*cell-\d+\.ts:2:7/ms,
  );
  assert.equal(reply.content.status, 'error');
  assert.deepEqual(reply.content.traceback, error.content.traceback);
  const aborted = await next;
  assert.equal(aborted.reply.content.status, 'aborted');
  assert.deepEqual(aborted.published, []);
  const goesOn = client.execute("throw 'x';", { stop_on_error: false });
  assert.equal(text(await client.execute("console.log('on')")), 'on\n');
  assert.equal((await goesOn).reply.content.status, 'error');
});

test('a cell that fails to compile, and a promise that nobody handles, are errors too', async () => {
  const compile = await client.execute("\nconst n: number = 'a';");
  assert.equal(compile.reply.content.ename, 'CompileError');
  const stray = await client.execute("Promise.reject(new TypeError('stray'));\n1");
  assert.deepEqual([stray.reply.content.ename, stray.reply.content.evalue], ['TypeError', 'stray']);
});

test('silent shows and counts nothing, store_history: false counts nothing', async () => {
  const before = await count();
  const silent = await client.execute('let hidden = 5;\nconsole.log(hidden);\nhidden', {
    silent: true,
  });
  assert.deepEqual(silent.published, []);
  const unstored = await client.execute('hidden', { store_history: false });
  assert.deepEqual(types(unstored.published), ['execute_input', 'execute_result']);
  assert.deepEqual(
    [...unstored.published, unstored.reply].map(({ content }) => content.execution_count),
    [before, before, before],
  );
  assert.equal((await count()) - before, 1);
  const failing = client.execute("throw new Error('hidden');", { silent: true });
  const next = client.execute("console.log('not aborted')");
  assert.deepEqual(
    [(await failing).reply.content.status, (await failing).published],
    ['error', []],
  );
  assert.equal(text(await next), 'not aborted\n');
});

test('user expressions are evaluated after the cell', async () => {
  const { reply, published } = await client.execute('let side = 3;', {
    user_expressions: { area: 'side ** 2', wrong: 'nope' },
  });
  const { area, wrong } = reply.content.user_expressions as Record<string, Record<string, unknown>>;
  assert.deepEqual(area, { status: 'ok', data: { 'text/plain': '9' }, metadata: {} });
  assert.deepEqual([wrong?.status, wrong?.ename], ['error', 'CompileError']);
  assert.deepEqual(types(published), ['execute_input']);
});

test('progress is one output that changes', async (context) => {
  const gate = gateOf(context);
  const start = client.published.length;
  const running = client.execute(`
    const { progress } = require('../../src/statistics/dist/progress.js');
    progress().update('1 of 1000');
    ${gate.waits}
    for (let i = 2; i <= 1000; i++) progress().update(\`\${i} of 1000\`);
    progress().done();
    progress().update('another');`);
  await client.until(() => types(client.published.slice(start)).includes('display_data'));
  gate.open();
  const shown = (await running).published.slice(1);
  const id = ({ content }: Message) => (content.transient as { display_id: string }).display_id;
  const line = ({ content }: Message) => (content.data as Record<string, string>)['text/plain'];
  assert.deepEqual(types(shown.slice(0, 2)), ['display_data', 'update_display_data']);
  assert.ok(shown.length < 500, `${shown.length} messages for 1000 updates`);
  assert.deepEqual(shown.slice(-2).map(line), ['1000 of 1000', 'another']);
  assert.deepEqual(new Set(shown.slice(0, -1).map(id)).size, 1);
  assert.equal(shown.at(-1)!.header.msg_type, 'display_data');
  assert.notEqual(id(shown.at(-1)!), id(shown[0]!));
});

test('the same progress is shown again by another cell, and not by a silent one', async () => {
  const source = "require('../../src/statistics/dist/progress.js').progress().update('1 of 1');";
  assert.deepEqual((await client.execute(source, { silent: true })).published, []);
  for (let i = 0; i < 2; i++)
    assert.deepEqual(types((await client.execute(source)).published), [
      'execute_input',
      'display_data',
    ]);
});

test('completion and inspection count in code points', async () => {
  await client.execute("import * as statistics from 'selective-brain-damage-statistics';");
  const code = "const 𝑠 = '😀'; statistics.perClassT";
  const complete = await client.request('complete_request', { code, cursor_pos: [...code].length });
  const { matches, cursor_start, cursor_end } = complete.reply.content;
  assert.deepEqual(matches, ['perClassTTest']);
  assert.equal([...code].slice(cursor_start as number, cursor_end as number).join(''), 'perClassT');
  const inspect = await client.request('inspect_request', {
    code: `${code}Test`,
    cursor_pos: [...code].length,
    detail_level: 0,
  });
  assert.equal(inspect.reply.content.found, true);
  const docs = inspect.reply.content.data as Record<string, string>;
  assert.match(docs['text/plain']!, /perClassTTest\(predictions.*Welch/s);
  const nothing = await client.request('inspect_request', { code: '1', cursor_pos: 1 });
  assert.deepEqual([nothing.reply.content.found, nothing.reply.content.data], [false, {}]);
});

test('completeness and history are answered', async () => {
  const open = await client.request('is_complete_request', { code: 'for (;;) {' });
  assert.deepEqual(open.reply.content, { status: 'incomplete', indent: '  ' });
  const whole = await client.request('is_complete_request', { code: 'let a;' });
  assert.deepEqual(whole.reply.content, { status: 'complete' });
  await client.execute("'remembered'");
  const history = await client.request('history_request', { hist_access_type: 'tail', n: 1 });
  const [[, , code]] = history.reply.content.history as [[number, number, string]];
  assert.equal(code, "'remembered'");
});

test('comms of widgets and figures are refused as the protocol says', async () => {
  for (const content of [{}, { target_name: 'jupyter.widget' }]) {
    const { reply } = await client.request('comm_info_request', content);
    assert.deepEqual(reply.content, { status: 'ok', comms: {} });
  }
  const told = async (type: string, content: Record<string, unknown>) => {
    const id = await client.send(type, { comm_id: 'c', data: {}, ...content });
    await client.until(() => client.isIdle(id));
    return client.of(id).map(({ header, content }) => [header.msg_type, content]);
  };
  for (const target_name of ['jupyter.widget', 'jupyter.widget.control', 'plotly'])
    assert.deepEqual(await told('comm_open', { target_name }), [
      ['comm_close', { comm_id: 'c', data: {} }],
    ]);
  assert.deepEqual(await told('comm_msg', { data: { method: 'request_states' } }), []);
  assert.deepEqual(await told('comm_close', {}), []);
});

test('an interrupt stops the cell, aborts what waits and leaves the kernel usable', async () => {
  const id = client.published.length;
  const running = client.execute("console.log('in');\nawait new Promise(() => {});");
  const waiting = client.execute("console.log('never')");
  await client.until(() => types(client.published.slice(id)).includes('stream'));
  await received();
  const { reply } = await client.onControl('interrupt_request');
  assert.deepEqual(reply.content, { status: 'ok' });
  assert.equal((await running).reply.content.ename, 'Interrupted');
  assert.equal((await waiting).reply.content.status, 'aborted');
  assert.equal(text(await client.execute("console.log('usable')")), 'usable\n');
});

test('work that takes its time is broken off by a second interrupt, which a note asks for', async () => {
  const start = client.published.length;
  const isShown = (text: RegExp) =>
    client.published.slice(start).some(({ content }) => text.test(String(content.text)));
  const running = client.execute(
    "const { interruptible } = require('../../src/statistics/dist/interruption.js');\nvoid interruptible(undefined, () => new Promise(() => {}));\nconsole.log('in');\nwhile (true) {}",
  );
  await client.until(() => isShown(/^in$/m));
  await client.onControl('interrupt_request');
  await client.until(() => isShown(/Interrupt it again/));
  await client.onControl('interrupt_request');
  assert.equal((await running).reply.content.ename, 'Interrupted');
  assert.equal(text(await client.execute("console.log('usable')")), 'usable\n');
});

test('a message that is not signed is not heard', async () => {
  const before = await count();
  const start = client.published.length;
  const id = 'unsigned';
  const header = { msg_id: id, msg_type: 'execute_request', session: id, username: id };
  await client.sendFrames(
    [
      '<IDS|MSG>',
      'f'.repeat(64),
      JSON.stringify({ ...header, date: new Date().toISOString(), version: '5.3' }),
      ...['{}', '{}', JSON.stringify({ code: "console.log('intruder')" })],
    ].map((text) => Buffer.from(text)),
  );
  assert.equal(text(await client.execute("console.log('fine')")), 'fine\n');
  assert.equal((await count()) - before, 2);
  assert.doesNotMatch(JSON.stringify(client.published.slice(start)), /unsigned|intruder/);
});

test('nothing that is printed is lost, and it comes in few messages', async () => {
  const { reply, published } = await client.execute(`
    for (let i = 0; i < 20000; i++) console.log(i);
    console.error('between');
    display({ 'text/plain': 'shown' });
    console.log('last');`);
  assert.equal(reply.content.status, 'ok');
  const streams = published.filter(({ header }) => header.msg_type === 'stream');
  assert.ok(streams.length < 1000, `${streams.length} messages`);
  const printed = (name: string) =>
    streams.map(({ content }) => (content.name === name ? content.text : '')).join('');
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join('');
  assert.ok(printed('stdout') === `${lines}last\n`, 'stdout is not what was printed');
  assert.equal(printed('stderr'), 'between\n');
  assert.deepEqual(types(published.slice(-3)), ['stream', 'display_data', 'stream']);
});

test('displays arrive one by one, however many there are', async () => {
  const { reply, published } = await client.execute(
    "for (let i = 0; i < 2000; i++) display({ 'text/plain': String(i) });",
  );
  assert.equal(reply.content.status, 'ok');
  assert.deepEqual(
    published.slice(1).map(({ content }) => (content.data as Record<string, string>)['text/plain']),
    Array.from({ length: 2000 }, (_, i) => String(i)),
  );
});

test('a failure between cells is told below its cell, and below the next one, which it does not fail', async (context) => {
  const gate = gateOf(context);
  const { published } = await client.execute(gate.later("Promise.reject(new RangeError('left'));"));
  gate.open();
  const { msg_id } = published[0]!.parent;
  const cell = published[0]!.content.execution_count;
  await client.until(() => client.of(msg_id!).some(({ header }) => header.msg_type === 'error'));
  const next = await client.execute("'next'");
  assert.equal(next.reply.content.status, 'ok');
  assert.deepEqual(types(next.published), ['execute_input', 'stream', 'execute_result']);
  assert.match(
    text(next),
    new RegExp(
      `^After cell ${cell} had ended, it failed:\\ncell ${cell}, line 2[^]*RangeError: left`,
    ),
  );
  assert.equal((await client.execute('1')).reply.content.status, 'ok');
});

test('a cell asks by input requests, where the client takes them', async () => {
  const asked = client.onInput((prompt) => `${prompt}Ada`);
  const answer = await client.execute("console.log(prompt('name?'));", { allow_stdin: true });
  assert.equal(text(answer), 'name? Ada\n');
  assert.deepEqual(await asked, { prompt: 'name? ', password: false });
  const { reply } = await client.execute("prompt('name?')");
  assert.equal(reply.content.ename, 'InputError');
});

test('a question that an interrupt ends leaves nothing behind, and later ones get their own answers', async () => {
  const asks = (message: string) =>
    client.execute(`console.log(prompt('${message}'));\nawait new Promise(setImmediate);`, {
      allow_stdin: true,
    });
  const interrupted = asks('name?');
  const question = await client.question();
  await client.onControl('interrupt_request');
  assert.equal((await interrupted).reply.content.ename, 'Interrupted');
  assert.deepEqual(types((await interrupted).published), ['execute_input', 'error']);
  const next = asks('town?');
  const open = await client.question();
  // Jupyter shows the field of the first question until it is answered.
  await client.answer(question, 'Ada');
  await client.answer(open, 'Ulm');
  assert.equal(text(await next), 'Ulm\n');
  assert.deepEqual(types((await client.execute('1')).published), [
    'execute_input',
    'execute_result',
  ]);
});

test('outputs are replaced and removed by the messages of the protocol', async () => {
  const { published } = await client.execute(
    "display({ 'text/plain': '1' }, { display_id: 'n' });\ndisplay({ 'text/plain': '2' }, { display_id: 'n', update: true });\nclearOutput();",
  );
  assert.deepEqual(types(published), [
    ...['execute_input', 'display_data', 'update_display_data', 'clear_output'],
  ]);
  assert.deepEqual(published[2]!.content.transient, { display_id: 'n' });
  assert.deepEqual(published[3]!.content, { wait: false });
});

test('a cell that ends its process ends the kernel, and says so', async () => {
  const other = await JupyterClient.start(FIXTURES, '');
  const { reply } = await other.execute('process.exit(3)');
  assert.equal(reply.content.ename, 'ProcessExit');
  await until(() => other.kernel.exitCode !== null);
  await other.close();
});

test('shutdown replies, and leaves no process behind, whatever the cells do', async () => {
  const other = await JupyterClient.start(FIXTURES);
  const answer = await other.execute(`
    import { spawn } from 'node:child_process';
    const { pid } = spawn('node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    console.log(pid, process.pid, process.ppid);`);
  const pids = text(answer).trim().split(' ').map(Number);
  assert.equal(pids[2], other.kernel.pid);
  other.send('execute_request', { code: 'await new Promise(() => {});' });
  const { reply, published } = await other.onControl('shutdown_request', { restart: true });
  assert.deepEqual(reply.content, { status: 'ok', restart: true });
  assert.deepEqual(types(published), ['shutdown_reply']);
  await until(() => !pids.some(isAlive));
  assert.equal(await other.close(), 0);
});

test('a kernel whose Jupyter was killed ends, and its cells with it', async () => {
  const other = await JupyterClient.startParent(FIXTURES);
  const answer = await other.execute('console.log(process.pid, process.ppid)');
  const pids = text(answer).trim().split(' ').map(Number);
  assert.ok(pids.every(isAlive));
  other.kernel.kill('SIGKILL');
  await until(() => !pids.some(isAlive));
  await other.close();
});
