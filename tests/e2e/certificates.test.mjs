/* Certificates by the SDK for JavaScript: made, attached, deleted, and shown to HTTPS by a device. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import * as iot from '@aws-sdk/client-iot';

import { awsDoes, controlPlane } from './clients.mjs';
import { freePort, REGION, WAIT_MS, World } from './support.mjs';

const THING = 'pump';
const ID = /^[0-9a-f]{64}$/;

const run = promisify(execFile);
const openssl = (...args) => run('openssl', args, { timeout: WAIT_MS });

const idOf = (pem) => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
const exportOf = (key) => key.export({ type: 'spki', format: 'der' }).toString('hex');

async function withThing(world, server) {
  const client = controlPlane(world, server);
  await client.send(new iot.CreateThingCommand({ thingName: THING }));
  return client;
}

/* { key, csr, folder }: a device's key and signing request, made at the command line. */
async function makeRequest(world, subject) {
  const folder = await world.temporaryFolder();
  const [key, csr] = ['device.key', 'device.csr'].map((name) => path.join(folder, name));
  await openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-subj', subject, '-out', csr);
  return { folder, key, csr };
}

/* The status of the device's jobs, asked for with a certificate over a connection of its own. */
function ask(server, credentials, thing = THING) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.settings.httpsPort, path: `/things/${thing}/jobs`, agent: false };
    const request = https.request({ ...options, ...credentials, timeout: WAIT_MS }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', reject);
    request.end();
  });
}

test('the SDK makes keys and a certificate, attaches it, lists, detaches, and deletes it', async (t) => {
  const world = new World(t);
  const server = await world.server();
  const client = await withThing(world, server);
  const made = await client.send(new iot.CreateKeysAndCertificateCommand({ setAsActive: true }));
  const { certificateId, certificateArn: principal } = made;
  assert.match(certificateId, ID);
  assert.equal(certificateId, idOf(made.certificatePem));
  assert.equal(principal, `arn:aws:iot:${REGION}:000000000000:cert/${certificateId}`);
  const publicKey = exportOf(createPublicKey(made.keyPair.PublicKey));
  assert.equal(exportOf(createPublicKey(createPrivateKey(made.keyPair.PrivateKey))), publicKey);
  assert.equal(exportOf(new X509Certificate(made.certificatePem).publicKey), publicKey);

  const { certificateDescription } = await client.send(new iot.DescribeCertificateCommand({ certificateId }));
  assert.equal(certificateDescription.status, 'ACTIVE');
  assert.equal(certificateDescription.certificatePem, made.certificatePem);
  assert.equal(certificateDescription.certificateMode, 'DEFAULT');
  assert.equal(certificateDescription.validity.notAfter.getTime(), Date.parse(new X509Certificate(made.certificatePem).validTo));

  await client.send(new iot.AttachThingPrincipalCommand({ thingName: THING, principal, thingPrincipalType: 'EXCLUSIVE_THING' }));
  const { principals } = await client.send(new iot.ListThingPrincipalsCommand({ thingName: THING }));
  assert.deepEqual(principals, [principal]);
  const { things } = await client.send(new iot.ListPrincipalThingsCommand({ principal }));
  assert.deepEqual(things, [THING]);
  const remove = new iot.DeleteCertificateCommand({ certificateId });
  await assert.rejects(client.send(new iot.DeleteThingCommand({ thingName: THING })), {
    name: 'InvalidRequestException',
    message: `Cannot delete. Thing ${THING} is still attached to one or more principals`,
  });
  await assert.rejects(client.send(remove), { name: 'CertificateStateException' });
  await client.send(new iot.UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' }));
  await assert.rejects(client.send(remove), { name: 'DeleteConflictException' });

  await client.send(new iot.DetachThingPrincipalCommand({ thingName: THING, principal }));
  await client.send(remove);
  await assert.rejects(client.send(new iot.DescribeCertificateCommand({ certificateId })), { name: 'ResourceNotFoundException' });
  assert.deepEqual((await client.send(new iot.ListCertificatesCommand({}))).certificates, []);
  await client.send(new iot.DeleteThingCommand({ thingName: THING }));
});

test('a certificate for a signing request verifies against the CA of the data folder', async (t) => {
  const world = new World(t);
  const server = await world.server({ durable: true, httpsPort: await freePort() });
  const client = controlPlane(world, server);
  const { folder, key, csr } = await makeRequest(world, '/O=A factory/CN=pump-01');
  const certificateSigningRequest = await readFile(csr, 'utf8');
  const made = await client.send(new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest, setAsActive: true }));
  assert.equal(made.certificateId, idOf(made.certificatePem));
  const file = path.join(folder, 'device.pem');
  await writeFile(file, made.certificatePem);
  const ca = path.join(server.settings.data, 'certs', 'ca.pem');
  const { stdout } = await openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', ca, file);
  assert.equal(stdout, `${file}: OK\n`);
  await assert.rejects(openssl('verify', '-purpose', 'sslserver', '-CAfile', ca, file));
  const certificate = new X509Certificate(made.certificatePem);
  assert.equal(certificate.subject, 'O=A factory\nCN=pump-01');
  assert.ok(certificate.checkPrivateKey(createPrivateKey(await readFile(key))));
  const again = await client.send(new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest }));
  assert.notEqual(again.certificateId, made.certificateId);
  const { certificates } = await client.send(new iot.ListCertificatesCommand({ ascendingOrder: true }));
  assert.deepEqual(certificates.map(({ certificateId, status }) => [certificateId, status]), [
    [made.certificateId, 'ACTIVE'],
    [again.certificateId, 'INACTIVE'],
  ]);
  await assert.rejects(client.send(new iot.CreateCertificateFromCsrCommand({ certificateSigningRequest: 'pump' })), {
    name: 'InvalidRequestException',
  });
});

test('a device shows the certificate that was made for it, while that is active and attached', async (t) => {
  const world = new World(t);
  const server = await world.server({ durable: true, httpsPort: await freePort() });
  const client = await withThing(world, server);
  await client.send(new iot.CreateThingCommand({ thingName: 'valve' }));
  const made = await client.send(new iot.CreateKeysAndCertificateCommand({}));
  const ca = await readFile(path.join(server.settings.data, 'certs', 'ca.pem'));
  const credentials = { ca, cert: made.certificatePem, key: made.keyPair.PrivateKey };
  const { certificateId, certificateArn: principal } = made;
  const set = (newStatus) => client.send(new iot.UpdateCertificateCommand({ certificateId, newStatus }));
  await client.send(new iot.AttachThingPrincipalCommand({ thingName: THING, principal }));
  assert.equal(await ask(server, credentials), 403);
  await set('ACTIVE');
  assert.equal(await ask(server, credentials), 200);
  assert.equal(await ask(server, credentials, 'valve'), 403);
  await client.send(new iot.DetachThingPrincipalCommand({ thingName: THING, principal }));
  assert.equal(await ask(server, credentials), 403);
  await client.send(new iot.AttachThingPrincipalCommand({ thingName: THING, principal }));
  assert.equal(await ask(server, credentials), 200);
  await set('REVOKED');
  assert.equal(await ask(server, credentials), 403);
});

test('an operator registers a CA by its registration code, and certificates that it signs', async (t) => {
  const world = new World(t);
  const server = await world.server();
  const client = controlPlane(world, server);
  const folder = await world.temporaryFolder();
  const at = (name) => path.join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '30', '-subj', '/CN=A factory');
  const sign = async (commonName, name) => {
    await openssl('req', '-new', ...newKey, '-keyout', at(`${name}.key`), '-subj', `/CN=${commonName}`, '-out', at(`${name}.csr`));
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')];
    await openssl('x509', '-req', '-in', at(`${name}.csr`), ...by, '-days', '30', '-out', at(`${name}.pem`));
    return readFile(at(`${name}.pem`), 'utf8');
  };
  const { registrationCode } = await client.send(new iot.GetRegistrationCodeCommand({}));
  const caCertificate = await readFile(at('ca.pem'), 'utf8');
  const verificationCertificate = await sign(registrationCode, 'verification');
  const certificatePem = await sign('pump-01', 'device');
  await assert.rejects(client.send(new iot.RegisterCACertificateCommand({ caCertificate, verificationCertificate: certificatePem })), {
    name: 'RegistrationCodeValidationException',
  });
  const ca = await client.send(new iot.RegisterCACertificateCommand({ caCertificate, verificationCertificate, setAsActive: true }));
  const device = await client.send(new iot.RegisterCertificateCommand({ certificatePem, status: 'ACTIVE' }));
  assert.equal(device.certificateId, idOf(certificatePem));
  await assert.rejects(client.send(new iot.RegisterCertificateCommand({ certificatePem })), {
    name: 'ResourceAlreadyExistsException',
    resourceId: device.certificateId,
    resourceArn: device.certificateArn,
  });
  const { certificateDescription } = await awsDoes(server, 'iot', 'describe-certificate', '--certificate-id', device.certificateId);
  assert.equal(certificateDescription.caCertificateId, ca.certificateId);
  const listed = await awsDoes(server, 'iot', 'list-ca-certificates', '--ascending-order');
  assert.deepEqual(listed.certificates.map((each) => each.certificateArn), [ca.certificateArn]);
  await assert.rejects(client.send(new iot.DeleteCACertificateCommand({ certificateId: ca.certificateId })), { name: 'CertificateStateException' });
  await client.send(new iot.UpdateCACertificateCommand({ certificateId: ca.certificateId, newStatus: 'INACTIVE' }));
  await client.send(new iot.DeleteCACertificateCommand({ certificateId: ca.certificateId }));
});
