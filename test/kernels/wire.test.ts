import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OptionError } from '#kernels/errors';
import { type Connection, decode, readConnection } from '#kernels/wire';

const CONNECTION: Connection = {
  ...{ transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-sha256', key: 'secret' },
  ...{ shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 },
};
const HEADER = '{"msg_id":"1","msg_type":"execute_request"}';

/** Frames with a right signature, as Jupyter's specification has it. */
function signed(...parts: string[]): Buffer[] {
  const hmac = createHmac('sha256', 'secret');
  for (const part of parts) hmac.update(part);
  return ['client', '<IDS|MSG>', hmac.digest('hex'), ...parts].map((part) => Buffer.from(part));
}

test('a signed message is read, and one whose parts are no objects is refused', () => {
  const { header, content } = decode(signed(HEADER, '{}', '{}', '{"code":"1"}'), CONNECTION);
  assert.equal(header.msg_type, 'execute_request');
  assert.deepEqual(content, { code: '1' });
  for (const [parts, problem] of [
    [['null', '{}', '{}', '{}'], /its header is no JSON object/],
    [['{}', '{}', '{}', '{}'], /its header lacks msg_type or msg_id/],
    [['{"msg_type":7,"msg_id":"1"}', '{}', '{}', '{}'], /its header lacks/],
    [[HEADER, '[]', '{}', '{}'], /its parent header is no JSON object/],
    [[HEADER, '{}', '3', '{}'], /its metadata is no JSON object/],
    [[HEADER, '{}', '{}', 'null'], /its content is no JSON object/],
    [[HEADER, '{}', '{}', '{'], /its content is not JSON/],
  ] as const)
    assert.throws(() => decode(signed(...parts), CONNECTION), problem);
});

test('a damaged connection file is an error that names it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'connection-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'connection.json');
  const write = (json: unknown) => writeFileSync(file, JSON.stringify(json));
  write(CONNECTION);
  assert.deepEqual(readConnection(file), CONNECTION);
  for (const wrong of [
    null,
    { ...CONNECTION, shell_port: 70_000 },
    { ...CONNECTION, hb_port: '5' },
    { ...CONNECTION, transport: 'udp' },
    { ...CONNECTION, key: 3 },
    { ...CONNECTION, signature_scheme: 'hmac-none' },
  ]) {
    write(wrong);
    assert.throws(
      () => readConnection(file),
      (error) => error instanceof OptionError && error.message.startsWith(`${file}: `),
    );
  }
  writeFileSync(file, '{"ip":');
  assert.throws(() => readConnection(file), OptionError);
  assert.throws(() => readConnection(join(folder, 'none.json')), OptionError);
});
