import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { StoreError } from '#statistics/errors';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import { FolderStore } from '#statistics/store/folderStore';
import { S3Store } from '#statistics/store/s3Store';
import { exists, joinPlace, nameOf, resolvePlace } from '#statistics/store/store';
import type { Store } from '#statistics/store/types';
import { temporaryPath } from '#statistics/temporaries';
import { temporaryFolder } from '../../library/records/temporary';
import { NO_S3, s3Env, s3OfSuite } from '../../services';

const folder = temporaryFolder();

/** What both stores promise. */
function keepsFiles(open: () => { readonly store: Store; readonly root: string }): void {
  const place = (name: string) => joinPlace(open().root, name);

  it('reads what was written, and nothing where nothing was', async () => {
    const { store } = open();
    assert.equal(await store.read(place('none')), undefined);
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
    await store.replace(place('deep/down/bytes'), bytes);
    assert.deepEqual(await store.read(place('deep/down/bytes')), Buffer.from(bytes));
    await store.replace(place('text'), 'Übergröße');
    assert.equal((await store.read(place('text')))?.toString(), 'Übergröße');
    await store.replace(place('text'), '');
    assert.equal((await store.read(place('text')))?.length, 0);
  });

  it('writes what is absent once, whoever writes', async () => {
    const { store } = open();
    const writers = Array.from({ length: 20 }, (_, i) => `writer ${i}`);
    const won = await Promise.all(writers.map((text) => store.writeIfAbsent(place('once'), text)));
    assert.equal(won.filter(Boolean).length, 1);
    const winner = writers[won.indexOf(true)];
    assert.equal((await store.read(place('once')))?.toString(), winner);
    await store.remove(place('once'));
    assert.ok(await store.writeIfAbsent(place('once'), 'again'));
  });

  it('lists a file, or all below a place, with sizes, and no namesake', async () => {
    const { store } = open();
    const names = ['list/a=1/b.json', 'list/a=1/x %20+y.json', 'list/a=1.json', 'list/a=10/b.json'];
    for (const name of names) await store.replace(place(name), name);
    const below = await store.list(place('list/a=1'));
    assert.deepEqual(
      below.map((file) => [file.place, file.size]),
      names.slice(0, 2).map((name) => [place(name), name.length]),
    );
    assert.deepEqual(
      (await store.list(place('list/a=1.json'))).map((file) => file.place),
      [place('list/a=1.json')],
    );
    assert.equal((await store.list(place('list'))).length, 4);
    assert.deepEqual(await store.list(place('nothing')), []);
    assert.ok(Math.abs(below[0]!.modified - Date.now()) < 600_000);
    for (const name of names) assert.equal((await store.read(place(name)))?.toString(), name, name);
  });

  it('removes a file, and takes none for removed', async () => {
    const { store } = open();
    await store.replace(place('gone'), 'x');
    await store.remove(place('gone'));
    assert.equal(await store.read(place('gone')), undefined);
    await store.remove(place('gone'));
  });
}

describe('a folder as a store', () => {
  const root = join(folder, 'store');
  keepsFiles(() => ({ store: new FolderStore(), root }));

  it('lists nothing that is being written, and throws what is no absence', async () => {
    const store = new FolderStore();
    mkdirSync(join(root, 'half'), { recursive: true });
    writeFileSync(temporaryPath(join(root, 'half', 'written')), '');
    assert.deepEqual(await store.list(join(root, 'half')), []);
    await assert.rejects(store.read(join(root, 'half')), {
      name: 'StoreError',
      message: /half cannot be read: there is a folder of this name \(EISDIR\)\. Move it/,
    });
  });
});

describe('a bucket as a store', { skip: NO_S3 }, () => {
  s3OfSuite('bucket');
  const open = () => new S3Store(process.env);
  keepsFiles(() => ({ store: open(), root: 's3://bucket/some/prefix' }));

  it('lists more files than a server gives at once', async () => {
    const store = open();
    const names = Array.from({ length: 1100 }, (_, i) => `s3://bucket/many/${i}`);
    await Promise.all(names.map((name) => store.replace(name, 'x')));
    assert.deepEqual(
      (await store.list('s3://bucket/many')).map(({ place }) => place).sort(),
      names.sort(),
    );
  });

  it('says that there is no such bucket', async () => {
    const store = open();
    for (const call of [
      () => store.read('s3://other/x'),
      () => store.list('s3://other/x'),
      () => store.replace('s3://other/x', ''),
    ])
      await assert.rejects(call, (error: Error) => {
        assert.ok(error instanceof StoreError);
        assert.match(
          error.message,
          /^s3:\/\/other\S*: the server at 127.* 404 NoSuchBucket\. Make/,
        );
        return true;
      });
  });

  it('may be used where its server writes on conditions', async () => {
    await open().probe('s3://bucket/probed');
    assert.deepEqual(await open().list('s3://bucket/probed'), []);
  });

  it('holds predictions', async () => {
    const made = simulatePredictions({
      imagesPerClass: 10,
      numClasses: 5,
      replicates: 3,
      sparsities: [0, 0.9],
    });
    const files = await writePredictions(made, 's3://bucket/predictions');
    assert.equal(files[0], 's3://bucket/predictions/sparsity=0/replicate=00.parquet');
    assert.ok(await exists(files[0]!));
    assert.deepEqual(await readPredictions('s3://bucket/predictions'), made);
    await open().replace(
      's3://bucket/csv/fp32.csv',
      'image_id,true_class,predicted_class\n7,0,1\n',
    );
    const { models } = await readPredictions('s3://bucket/csv/', {
      variants: { 'fp32.csv': 'dense' },
    });
    assert.deepEqual([...models[0]!.predictedClass], [1]);
    await assert.rejects(readPredictions('s3://bucket/none'), /s3:\/\/bucket\/none: no file found/);
  });
});

/** A server that answers as a listener does. */
async function answering(listener: RequestListener): Promise<{ server: Server; store: S3Store }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, store: new S3Store(s3Env((server.address() as AddressInfo).port)) };
}

describe('a server of buckets', () => {
  it('is refused where it ignores conditions', async (t) => {
    const { server, store } = await answering((_, response) => response.end());
    t.after(() => server.close());
    await assert.rejects(store.probe('s3://bucket/prefix'), (error: Error) => {
      assert.ok(error instanceof StoreError);
      assert.match(
        error.message,
        /^s3:\/\/bucket\/prefix: .* does not heed If-None-Match.*conditional writes/,
      );
      return true;
    });
  });

  it('is asked again where it is busy, and named where it says no', async (t) => {
    const seen: IncomingMessage[] = [];
    const { server, store } = await answering((request, response) => {
      seen.push(request);
      response.statusCode = seen.length < 3 ? 503 : 403;
      response.end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    });
    t.after(() => server.close());
    await assert.rejects(store.read('s3://bucket/x'), (error: Error) => {
      assert.match(error.message, /answered 403 SignatureDoesNotMatch\. Check AWS_ACCESS_KEY_ID/);
      assert.ok(!error.message.includes('secret'));
      return true;
    });
    assert.equal(seen.length, 3);
    assert.match(seen[0]!.headers.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=key\//);
  });

  it('is waited for where two writers come at once', async (t) => {
    let answers = 0;
    const { server, store } = await answering((_, response) => {
      response.statusCode = ++answers === 1 ? 409 : 200;
      response.end();
    });
    t.after(() => server.close());
    assert.equal(await store.writeIfAbsent('s3://bucket/x', ''), true);
    assert.equal(answers, 2);
  });

  it('needs credentials', () => {
    assert.throws(
      () => new S3Store({ AWS_ACCESS_KEY_ID: 'key' }),
      /needs the environment variable AWS_SECRET_ACCESS_KEY;.*AWS_ENDPOINT_URL/,
    );
  });
});

describe('places', () => {
  it('are paths, or URLs of buckets', () => {
    assert.equal(joinPlace('a', 'b', 'c'), join('a', 'b', 'c'));
    assert.equal(joinPlace('s3://b/p/', 'c=1', 'd'), 's3://b/p/c=1/d');
    assert.equal(resolvePlace('s3://b/p/'), 's3://b/p');
    assert.equal(resolvePlace('x', '/plans'), join('/plans', 'x'));
    assert.equal(nameOf('s3://b/p/x.json'), 'x.json');
  });

  it('in a bucket have its name', async () => {
    const store = new S3Store(s3Env(1));
    for (const place of ['s3://', 's3://B/x', 's3:///x'])
      await assert.rejects(store.read(place), /expected s3:\/\/bucket\/prefix/);
    // A URL's parser would make another bucket of them.
    for (const place of ['s3://bucket/../other/x', 's3://bucket/a/./x', 's3://bucket/..'])
      await assert.rejects(store.replace(place, ''), /without \. and \.\. in it/);
  });
});
