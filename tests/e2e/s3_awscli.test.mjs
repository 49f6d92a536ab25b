/* The artefact store as the AWS CLI sees it: `aws s3` and `aws s3api`, over each way to it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { aws, awsDoes, md5, MIB, plain, s3Server } from './s3_clients.mjs';
import { World } from './support.mjs';

/* What awscli prints of a transfer without its progress. */
const quietly = (...args) => ['s3', args[0], '--no-progress', ...args.slice(1)];

async function folderOfFiles(world) {
  const folder = await world.temporaryFolder();
  const files = {
    'small.txt': Buffer.from('hello firmware\n'),
    'empty.bin': Buffer.alloc(0),
    'sub/ä b+c&d.bin': randomBytes(100_000),
    'sub/deeper/big.bin': randomBytes(20 * MIB),
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, 'from', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return { folder, files };
}

/* Most of it is the time that the CLI takes to start: the ways are tried side by side. */
test('aws s3 works as it does with AWS', { concurrency: true }, async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const { folder, files } = await folderOfFiles(world);
  const options = { cwd: folder };

  await Promise.all(server.ways.map(([name, endpoint], index) =>
    t.test(name, async () => {
      const bucket = `bucket-${index}`;
      const does = (...args) => awsDoes(server, endpoint, args, options);
      await does('s3', 'mb', `s3://${bucket}`);
      assert.match(await does('s3', 'ls'), new RegExp(`${bucket}$`, 'm'));

      await does(...quietly('sync', 'from', `s3://${bucket}/p`));
      assert.equal(await does(...quietly('sync', 'from', `s3://${bucket}/p`)), '', 'a second sync has nothing to do');
      const listed = await does('s3', 'ls', '--recursive', `s3://${bucket}`);
      for (const [file, content] of Object.entries(files)) assert.match(listed, new RegExp(` ${content.length} p/${file.replace(/[+]/g, '\\+')}$`, 'm'));
      assert.match(await does('s3', 'ls', `s3://${bucket}/p/`), /PRE sub\//);

      await does(...quietly('sync', `s3://${bucket}/p`, `to-${index}`));
      for (const [file, content] of Object.entries(files)) {
        assert.equal(md5(await readFile(path.join(folder, `to-${index}`, file))), md5(content), file);
      }

      await does(...quietly('cp', 'from/sub/deeper/big.bin', `s3://${bucket}/big.bin`));
      await does(...quietly('cp', `s3://${bucket}/big.bin`, `s3://${bucket}/copy.bin`));
      await does(...quietly('mv', `s3://${bucket}/copy.bin`, `s3://${bucket}/moved.bin`));
      await does(...quietly('cp', `s3://${bucket}/moved.bin`, `moved-${index}.bin`));
      assert.equal(md5(await readFile(path.join(folder, `moved-${index}.bin`))), md5(files['sub/deeper/big.bin']));
      assert.doesNotMatch(await does('s3', 'ls', `s3://${bucket}`), /copy\.bin/);

      await does('s3', 'rm', `s3://${bucket}/moved.bin`);
      const { status, errors } = await aws(server, endpoint, ['s3', 'rb', `s3://${bucket}`], options);
      assert.notEqual(status, 0);
      assert.match(errors, /BucketNotEmpty/);
      await does('s3', 'rb', '--force', `s3://${bucket}`);
      assert.doesNotMatch(await does('s3', 'ls'), new RegExp(bucket));
    }),
  ));
});

/* Old regions get signatures of version 2 from it, new ones of version 4. */
test('a URL that aws s3 presign makes is good for whoever has it', { concurrency: true }, async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const content = randomBytes(3 * MIB);
  const file = path.join(await world.temporaryFolder(), 'firmware.bin');
  await writeFile(file, content);

  await Promise.all(server.ways.map(async ([name, endpoint], index) => {
    const bucket = `bucket-${index}`;
    await awsDoes(server, endpoint, ['s3', 'mb', `s3://${bucket}`]);
    await awsDoes(server, endpoint, quietly('cp', file, `s3://${bucket}/a b/ä+.bin`));
    for (const [region, mark] of [['us-east-1', 'AWSAccessKeyId='], ['eu-central-1', 'X-Amz-Signature=']]) {
      await t.test(`${name}, ${region}`, async () => {
        const env = { AWS_DEFAULT_REGION: region };
        const url = (await awsDoes(server, endpoint, ['s3', 'presign', `s3://${bucket}/a b/ä+.bin`], { env })).trim();
        assert.ok(url.includes(mark), url);
        const whole = await plain(server, url);
        assert.equal(whole.status, 200, whole.body.toString());
        assert.equal(md5(whole.body), md5(content));
        const rest = await plain(server, url, { headers: { range: `bytes=${2 * MIB}-`, 'if-match': whole.headers.etag } });
        assert.equal(rest.status, 206);
        assert.equal(md5(rest.body), md5(content.subarray(2 * MIB)));
        for (const [changed, method] of [[url.replace('%2B', '%2C'), 'GET'], [url, 'PUT'], [url, 'DELETE']]) {
          const { status, body } = await plain(server, changed, { method, headers: { 'content-length': 0 } });
          assert.equal(status, 403, body.toString());
          assert.match(body.toString(), /<Code>SignatureDoesNotMatch<\/Code>/);
        }
      });
    }
  }));
});

test('aws s3api: versions, tags, conditions, parts and errors', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const folder = await world.temporaryFolder();
  const endpoint = server.url;
  const api = async (...args) => {
    const output = await awsDoes(server, endpoint, ['s3api', ...args, '--output', 'json'], { cwd: folder });
    return output.trim() ? JSON.parse(output) : undefined;
  };
  const refused = async (code, ...args) => {
    const { status, errors } = await aws(server, endpoint, ['s3api', ...args], { cwd: folder });
    assert.notEqual(status, 0);
    assert.ok(errors.includes(`(${code})`), errors);
  };
  const object = ['--bucket', 'fws', '--key', 'k'];
  await writeFile(path.join(folder, 'one'), 'one');
  await writeFile(path.join(folder, 'two'), 'two');
  await writeFile(path.join(folder, 'part'), randomBytes(5 * MIB));

  await api('create-bucket', '--bucket', 'fws', '--create-bucket-configuration', 'LocationConstraint=eu-central-1');
  assert.deepEqual(await api('get-bucket-location', '--bucket', 'fws'), { LocationConstraint: 'eu-central-1' });
  await refused('BucketAlreadyOwnedByYou', 'create-bucket', '--bucket', 'fws', '--create-bucket-configuration', 'LocationConstraint=eu-central-1');
  await api('put-bucket-versioning', '--bucket', 'fws', '--versioning-configuration', 'Status=Enabled');
  assert.deepEqual(await api('get-bucket-versioning', '--bucket', 'fws'), { Status: 'Enabled' });

  const first = await api('put-object', ...object, '--body', 'one', '--metadata', 'kind=pump', '--tagging', 'a=1');
  const second = await api('put-object', ...object, '--body', 'two', '--checksum-algorithm', 'SHA256');
  assert.notEqual(first.VersionId, second.VersionId);
  assert.ok(second.ChecksumSHA256);
  const got = await api('get-object', ...object, '--version-id', first.VersionId, 'out');
  assert.deepEqual(got.Metadata, { kind: 'pump' });
  assert.equal(got.TagCount, 1);
  assert.equal((await readFile(path.join(folder, 'out'))).toString(), 'one');
  assert.deepEqual((await api('get-object-tagging', ...object, '--version-id', first.VersionId)).TagSet, [{ Key: 'a', Value: '1' }]);
  const attributes = await api('get-object-attributes', ...object, '--object-attributes', 'ETag', 'ObjectSize', 'Checksum');
  assert.equal(attributes.ETag, md5('two'));
  assert.equal(attributes.ObjectSize, 3);
  assert.equal(attributes.Checksum.ChecksumSHA256, second.ChecksumSHA256);
  assert.equal((await api('get-object-acl', ...object)).Grants[0].Permission, 'FULL_CONTROL');
  await refused('PreconditionFailed', 'put-object', ...object, '--body', 'one', '--if-none-match', '*');
  await refused('NoSuchKey', 'get-object', '--bucket', 'fws', '--key', 'none', 'out');
  await refused('304', 'head-object', ...object, '--if-none-match', second.ETag);
  await refused('InvalidRange', 'get-object', ...object, '--range', 'bytes=3-', 'out');

  const deleted = await api('delete-object', ...object);
  assert.equal(deleted.DeleteMarker, true);
  const { Versions, DeleteMarkers } = await api('list-object-versions', '--bucket', 'fws');
  assert.deepEqual(Versions.map((each) => each.VersionId), [second.VersionId, first.VersionId]);
  assert.equal(DeleteMarkers[0].VersionId, deleted.VersionId);
  const all = { Objects: [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId })) };
  assert.equal((await api('delete-objects', '--bucket', 'fws', '--delete', JSON.stringify(all))).Deleted.length, 3);

  const { UploadId } = await api('create-multipart-upload', ...object, '--checksum-algorithm', 'CRC32');
  const upload = [...object, '--upload-id', UploadId];
  const part = await api('upload-part', ...upload, '--part-number', '1', '--body', 'part', '--checksum-algorithm', 'CRC32');
  const last = await api('upload-part', ...upload, '--part-number', '2', '--body', 'two', '--checksum-algorithm', 'CRC32');
  assert.equal((await api('list-parts', ...upload)).Parts.length, 2);
  assert.equal((await api('list-multipart-uploads', '--bucket', 'fws')).Uploads[0].UploadId, UploadId);
  await refused('InvalidPartOrder', 'complete-multipart-upload', ...upload, '--multipart-upload', JSON.stringify({ Parts: [
    { PartNumber: 2, ETag: last.ETag }, { PartNumber: 1, ETag: part.ETag }] }));
  const complete = await api('complete-multipart-upload', ...upload, '--multipart-upload', JSON.stringify({ Parts: [
    { PartNumber: 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 },
    { PartNumber: 2, ETag: last.ETag, ChecksumCRC32: last.ChecksumCRC32 }] }));
  assert.match(complete.ETag, /-2"$/);
  assert.match(complete.ChecksumCRC32, /-2$/);
  await refused('NoSuchUpload', 'abort-multipart-upload', ...upload);
});

test('who has no key, or one for reading, is refused', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  await awsDoes(server, server.url, ['s3', 'mb', 's3://fws']);
  const reader = { AWS_ACCESS_KEY_ID: 'AKIAREADER', AWS_SECRET_ACCESS_KEY: 'reader-secret' };
  await awsDoes(server, server.url, ['s3', 'ls', 's3://fws'], { env: reader });
  for (const [env, code] of [
    [reader, 'AccessDenied'],
    [{ AWS_ACCESS_KEY_ID: 'AKIANOBODY' }, 'InvalidAccessKeyId'],
    [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch'],
  ]) {
    const { status, errors } = await aws(server, server.url, ['s3', 'mb', 's3://more'], { env });
    assert.notEqual(status, 0);
    assert.ok(errors.includes(code), errors);
  }
  const { status } = await aws(server, server.url, ['s3', 'ls', '--no-sign-request', 's3://fws']);
  assert.notEqual(status, 0);
});
