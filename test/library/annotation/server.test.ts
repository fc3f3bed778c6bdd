import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AnswerFile } from '#library/annotation/answerFile';
import { Interviews, type Task } from '#library/annotation/interviews';
import { serveAnnotations } from '#library/annotation/server';
import { ATTRIBUTES } from '#statistics/analysis/annotations';
import { readAnnotations } from '#statistics/analysis/readAnnotations';
import { temporaryFolder } from '../records/temporary';
import { CLASSES, serve, study } from './smallStudy';

const folder = temporaryFolder();

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** A request as any program may make it: fetch would forbid some of these headers. */
function send(
  to: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: object; body?: string } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(to, { method, headers: { ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: text, headers: response.headers }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the server of questions', () => {
  let served: Awaited<ReturnType<typeof serve>>;
  let origin: string;
  let cookie: string;
  before(async () => {
    served = await serve(join(folder, 'answers.jsonl'));
    origin = new URL(served.url).origin;
    const { headers } = await send(served.url);
    cookie = headers['set-cookie']![0]!.split(';')[0]!;
  });
  after(() => served.close());

  const get = (path: string, headers: object = {}) =>
    send(`${origin}${path}`, { headers: { cookie, ...headers } });
  const post = (path: string, content: unknown, headers: object = {}) => {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    return send(`${origin}${path}`, {
      method: 'POST',
      headers: {
        ...{ cookie, origin, 'content-type': 'application/json' },
        ...{ 'content-length': Buffer.byteLength(body), ...headers },
      },
      body,
    });
  };
  const taskOf = async (answer: Promise<Answered>) => JSON.parse((await answer).body) as Task;
  const no = Object.fromEntries(ATTRIBUTES.map((attribute) => [attribute, false]));

  it('lets in who has the address, and nobody without its token', async () => {
    const { status, body, headers } = await send(served.url);
    assert.equal(status, 200);
    assert.match(body, /<html lang="en">/);
    assert.match(headers['set-cookie']![0]!, /HttpOnly; SameSite=Strict/);
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    for (const path of ['/', '/page.js', '/study', '/pictures/0.png', '/?token=', '/?token=abc']) {
      assert.equal((await send(origin + path)).status, 401, path);
      assert.equal((await get(path, { cookie: `${cookie}x` })).status, 401, path);
    }
    assert.equal((await get('/pictures/0.png')).status, 200);
  });

  it('refuses other sites, other names of this machine, and forms', async () => {
    const body = { person: 'eve' };
    for (const [headers, status] of [
      [{ origin: 'http://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: origin.replace('127.0.0.1', 'localhost') }, 403],
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ host: 'evil.example' }, 421],
      [{ host: new URL(origin).host.replace('127.0.0.1', 'localhost') }, 421],
      [{ 'content-type': 'text/plain' }, 415],
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ] as const)
      assert.equal((await post('/task', body, headers)).status, status, JSON.stringify(headers));
    assert.equal((await get('/study', { host: 'evil.example' })).status, 421);
    assert.equal((await get('/pictures/0.png', { 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.deepEqual(served.interviews.people(), []);
  });

  it('listens on no other address of this machine', async (t) => {
    const other = Object.values(networkInterfaces())
      .flat()
      .find((one) => one && !one.internal && one.family === 'IPv4');
    if (!other) return t.skip('this machine has no address but loopback');
    const { port } = new URL(origin);
    await assert.rejects(send(`http://${other.address}:${port}/`), /ECONNREFUSED/);
  });

  it('names what is wrong with a request', async () => {
    const { image } = await taskOf(post('/task', { person: 'ada' }));
    for (const [path, content, status, message] of [
      ['/task', { person: '  ' }, 400, /^person: expected a name of 1 to 60 characters/],
      ['/task', { person: 'x'.repeat(61) }, 400, /^person: expected/],
      ['/task', 'no json', 400, /^Expected JSON/],
      ['/task', 'null', 400, /^person: expected/],
      ['/task', `"${'x'.repeat(20_000)}"`, 400, /at most 16384 bytes/],
      ['/answer', { person: 'ada' }, 400, /^picture: expected the number/],
      [
        '/answer',
        { person: 'ada', picture: image!.picture, seconds: 1, answers: { ...no, abstract: 1 } },
        400,
        /^answers\.abstract: expected true or false/,
      ],
      [
        '/answer',
        { person: 'ada', picture: image!.picture, seconds: -1, answers: no },
        400,
        /^seconds: expected a time/,
      ],
      ['/nowhere', {}, 404, /nothing here/],
    ] as const) {
      const answer = await post(path, content);
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, message);
    }
    for (const path of ['/nowhere', '/pictures/999.png', '/pictures/../server.js', '/constructor'])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await send(`${origin}/`, { method: 'DELETE', headers: { cookie } })).status, 415);
    assert.equal(served.file.all().length, 0);
  });

  it('keeps an answer once, whatever a second tab sends, and takes the last one back', async () => {
    const first = await taskOf(post('/task', { person: ' bo ' }));
    assert.equal(first.person, 'bo');
    assert.ok(CLASSES.includes(first.image!.className));
    const answer = { person: 'bo', picture: first.image!.picture, seconds: 2.34, answers: no };
    const second = await taskOf(post('/answer', answer));
    assert.equal(second.answered, 1);
    const stale = await taskOf(post('/answer', { ...answer, answers: { ...no, abstract: true } }));
    assert.deepEqual(stale, second);
    assert.equal(served.file.of('bo').length, 1);
    assert.equal(served.file.of('bo')[0]!.abstract, false);
    assert.equal(served.file.of('bo')[0]!.seconds, 2.3);
    assert.deepEqual(await taskOf(post('/undo', { person: 'bo' })), first);
    assert.deepEqual(await taskOf(post('/undo', { person: 'bo' })), first);
    assert.deepEqual(await readAnnotations(served.file.path), []);
  });

  it('tells nothing of the sets', async () => {
    const task = await post('/task', { person: 'ada' });
    const { body } = await get('/study');
    for (const text of [task.body, body])
      assert.doesNotMatch(text, /pies|matched|others|\.png|accur/);
    assert.deepEqual(Object.keys((JSON.parse(task.body) as Task).image!).sort(), [
      'className',
      'picture',
      'references',
    ]);
  });

  it('tells the page where the answers could not be saved', async () => {
    const { image } = await taskOf(post('/task', { person: 'cy' }));
    writeFileSync(served.file.path, 'something else');
    const answer = { person: 'cy', picture: image!.picture, seconds: 1, answers: no };
    const { status, body } = await post('/answer', answer);
    assert.equal(status, 500);
    assert.match(body, /another program wrote to it/);
    assert.deepEqual(served.file.of('cy'), []);
  });
});

describe('a study', () => {
  it('refuses a file with answers about other images', async () => {
    const path = join(folder, 'other.jsonl');
    const file = await AnswerFile.open(path);
    const asked = new Interviews(await study(), file);
    const { image } = asked.task('ada');
    const answers = Object.fromEntries(ATTRIBUTES.map((attribute) => [attribute, true]));
    await asked.answer('ada', { picture: image!.picture, seconds: 1, answers });
    assert.deepEqual(asked.people(), [{ person: 'ada', answered: 1, total: 20 }]);
    assert.equal(new Interviews(await study(), file).task('ada').answered, 1);
    const others = await study(20, 2);
    assert.throws(() => new Interviews(others, file), {
      name: 'AnnotationsError',
      message:
        /other\.jsonl: holds answers about pruned, image \d+\.png \((pies|matched|others)\), which/,
    });
    await file.close();
  });

  it('cannot be served on a port that is taken, or on none, and says so', async () => {
    const opened = await study();
    const file = await AnswerFile.open(join(folder, 'taken.jsonl'));
    const interviews = new Interviews(opened, file);
    const first = await serveAnnotations(interviews, opened.pictures, 0);
    for (const port of [Number(new URL(first.url).port), 99_999])
      await assert.rejects(serveAnnotations(interviews, opened.pictures, port), {
        name: 'OptionError',
        message: new RegExp(`--port: ${port} cannot be used`),
      });
    await first.close();
    await file.close();
  });
});
