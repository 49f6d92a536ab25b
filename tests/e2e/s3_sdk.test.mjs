/* The artefact store as the AWS SDK for JavaScript v3 sees it, over each way to it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import test from 'node:test';

import {
  CopyObjectCommand, CreateBucketCommand, DeleteBucketCommand, DeleteObjectsCommand, GetObjectCommand, HeadBucketCommand,
  HeadObjectCommand, ListBucketsCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutBucketVersioningCommand, PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import { md5, MIB, plain, s3Sdk, s3Server } from './s3_clients.mjs';
import { World } from './support.mjs';

const bytesOf = async (answer) => Buffer.from(await answer.Body.transformToByteArray());

/* Pieces that have nothing to do with any chunk. */
function streamOf(content) {
  return Readable.from((function* pieces() {
    for (let at = 0, n = 1; at < content.length; at += n, n = (n * 7) % 100_003) yield content.subarray(at, at + n);
  })());
}

test('the SDK puts, gets, lists, copies and deletes', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);

  for (const [index, [name, endpoint]] of server.ways.entries()) {
    await t.test(name, async () => {
      const s3 = s3Sdk(world, server, endpoint);
      const Bucket = `bucket-${index}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new HeadBucketCommand({ Bucket }));
      assert.ok((await s3.send(new ListBucketsCommand({}))).Buckets.some((each) => each.Name === Bucket));

      const content = randomBytes(2 * MIB + 13);
      const Key = 'a b/ä+c&d=e?f#g%20h~(i).bin';
      const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: content, ContentType: 'text/x', Metadata: { kind: 'pump' } }));
      assert.equal(put.ETag, `"${md5(content)}"`);
      const streamed = await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body: streamOf(content), ContentLength: content.length }));
      assert.equal(streamed.ETag, put.ETag);
      assert.ok(streamed.ChecksumCRC32);

      const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
      assert.equal(got.ContentType, 'text/x');
      assert.deepEqual(got.Metadata, { kind: 'pump' });
      assert.equal(md5(await bytesOf(got)), md5(content));
      const part = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=1000-1999' }));
      assert.deepEqual(await bytesOf(part), content.subarray(1000, 2000));
      assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength, content.length);

      const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: encodeURIComponent(`${Bucket}/${Key}`) }));
      assert.equal(copied.CopyObjectResult.ETag, put.ETag);
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
      assert.deepEqual(Contents.map((each) => each.Key), [Key, 'copy', 'streamed']);
      await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })), { name: 'NoSuchKey' });
      await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket })), { name: 'BucketNotEmpty' });
      const Objects = Contents.map((each) => ({ Key: each.Key }));
      assert.equal((await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).Deleted.length, 3);
      await s3.send(new DeleteBucketCommand({ Bucket }));
    });
  }
});

test('every checksum that the SDK knows is verified and given back', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const s3 = s3Sdk(world, server, server.url);
  await s3.send(new CreateBucketCommand({ Bucket: 'fws' }));
  for (const algorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256']) {
    const place = { Bucket: 'fws', Key: algorithm };
    const put = await s3.send(new PutObjectCommand({ ...place, Body: 'hello firmware\n', ChecksumAlgorithm: algorithm }));
    const member = `Checksum${algorithm}`;
    assert.ok(put[member]);
    const got = await s3.send(new GetObjectCommand({ ...place, ChecksumMode: 'ENABLED' }));
    assert.equal(got[member], put[member]);
    assert.equal((await bytesOf(got)).toString(), 'hello firmware\n');
  }
  await assert.rejects(
    s3.send(new PutObjectCommand({ Bucket: 'fws', Key: 'wrong', Body: 'hello', ChecksumCRC32: 'AAAAAA==' })),
    { name: 'BadDigest' },
  );
});

test('a large object goes up in parts and is resumed on its way down', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const content = randomBytes(23 * MIB + 1);

  for (const [index, [name, endpoint]] of server.ways.entries()) {
    await t.test(name, async () => {
      const s3 = s3Sdk(world, server, endpoint);
      const Bucket = `bucket-${index}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      const upload = new Upload({ client: s3, params: { Bucket, Key: 'big', Body: streamOf(content) }, partSize: 5 * MIB });
      assert.match((await upload.done()).ETag, /-5"$/);
      const half = await bytesOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: `bytes=0-${12 * MIB}` })));
      const rest = await bytesOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: `bytes=${half.length}-` })));
      assert.equal(md5(Buffer.concat([half, rest])), md5(content));
    });
  }
});

test('an upload that is given up leaves no part', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const s3 = s3Sdk(world, server, server.url);
  await s3.send(new CreateBucketCommand({ Bucket: 'fws' }));
  const broken = Readable.from((function* pieces() {
    yield randomBytes(6 * MIB);
    throw new Error('the source breaks');
  })());
  const upload = new Upload({ client: s3, params: { Bucket: 'fws', Key: 'big', Body: broken }, partSize: 5 * MIB });
  await assert.rejects(upload.done(), /the source breaks/);
  assert.ok(upload.uploadId, 'it was begun');
  assert.equal((await s3.send(new ListMultipartUploadsCommand({ Bucket: 'fws' }))).Uploads, undefined);
});

test('URLs that the SDK has signed work for those who have no key', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const content = randomBytes(100_000);

  for (const [index, [name, endpoint]] of server.ways.entries()) {
    await t.test(name, async () => {
      const s3 = s3Sdk(world, server, endpoint);
      const Bucket = `bucket-${index}`;
      const place = { Bucket, Key: 'log/ä b.txt' };
      await s3.send(new CreateBucketCommand({ Bucket }));
      const putUrl = await getSignedUrl(s3, new PutObjectCommand({ ...place, Metadata: { from: 'pump' } }), { expiresIn: 60 });
      const put = await plain(server, putUrl, { method: 'PUT', body: content, headers: { 'content-length': content.length, 'content-type': 'text/plain' } });
      assert.equal(put.status, 200, put.body.toString());
      const getUrl = await getSignedUrl(s3, new GetObjectCommand({ ...place, ResponseContentDisposition: 'attachment' }), { expiresIn: 60 });
      const got = await plain(server, getUrl);
      assert.equal(got.status, 200, got.body.toString());
      assert.equal(md5(got.body), md5(content));
      assert.equal(got.headers['x-amz-meta-from'], 'pump');
      assert.equal(got.headers['content-disposition'], 'attachment');
      assert.equal((await plain(server, getUrl, { method: 'HEAD' })).status, 403);
      assert.equal((await plain(server, `${getUrl}&versionId=null`)).status, 403);
      assert.equal((await plain(server, getUrl.replace(/^(https?:..[^/]+)/, '$1/x'))).status, 403);
    });
  }
});

test('the bucket may be in the host, and versions are listed', async (t) => {
  const world = new World(t);
  const server = await s3Server(world);
  const endpoint = `http://localhost:${server.settings.httpPort}/_s3/`;
  const s3 = s3Sdk(world, server, endpoint, { forcePathStyle: false });
  s3.middlewareStack.add(
    (next) => (args) => {
      /* BUCKET.localhost is this host, which not every resolver knows. */
      args.request.headers.host ??= `${args.request.hostname}:${args.request.port}`;
      args.request.hostname = '127.0.0.1';
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'resolveLocalhost' },
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'fws' }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'fws', VersioningConfiguration: { Status: 'Enabled' } }));
  const put = await s3.send(new PutObjectCommand({ Bucket: 'fws', Key: 'a/k', Body: 'one' }));
  assert.ok(put.VersionId);
  assert.equal((await bytesOf(await s3.send(new GetObjectCommand({ Bucket: 'fws', Key: 'a/k', VersionId: put.VersionId })))).toString(), 'one');
});

test('an expired URL is refused by the server\'s own clock', async (t) => {
  const world = new World(t);
  const server = await s3Server(world, { virtualClock: true });
  const s3 = s3Sdk(world, server, server.url);
  await s3.send(new CreateBucketCommand({ Bucket: 'fws' }));
  await s3.send(new PutObjectCommand({ Bucket: 'fws', Key: 'k', Body: 'one' }));
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'fws', Key: 'k' }), { expiresIn: 600 });
  assert.equal((await plain(server, url)).status, 200);
  await server.advance('PT9M');
  assert.equal((await plain(server, url)).status, 200);
  await server.advance('PT2M');
  const { status, body } = await plain(server, url);
  assert.equal(status, 403);
  assert.match(body.toString(), /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message><X-Amz-Expires>600</);
});
