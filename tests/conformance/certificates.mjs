/* X.509 certificates and signing requests with P-256 keys, written out in DER: a fresh one for every case costs nothing. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/* UTCTime: 2020 and 2049. */
const NOT_BEFORE = '200101000000Z';
const NOT_AFTER = '491231235959Z';
const ECDSA_WITH_SHA256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x06, 0x03, 0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS = [0x06, 0x03, 0x55, 0x1d, 0x13];
const KEY_USAGE = [0x06, 0x03, 0x55, 0x1d, 0x0f];
const TRUE = [0x01, 0x01, 0xff];

const TAGS = { integer: 0x02, bits: 0x03, octets: 0x04, utf8: 0x0c, utcTime: 0x17, sequence: 0x30, set: 0x31 };

function der(tag, ...parts) {
  const inner = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length =
    inner.length < 128
      ? [inner.length]
      : inner.length < 256
        ? [0x81, inner.length]
        : [0x82, inner.length >> 8, inner.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), inner]);
}

const sequence = (...parts) => der(TAGS.sequence, ...parts);
const explicit = (number, ...parts) => der(0xa0 + number, ...parts);
const bits = (bytes) => der(TAGS.bits, [0], bytes);
const name = (commonName) => sequence(der(TAGS.set, sequence(COMMON_NAME, der(TAGS.utf8, Buffer.from(commonName)))));
const pem = (label, bytes) =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }) };
}

const signed = (body, key) => sequence(body, sequence(ECDSA_WITH_SHA256), bits(sign('sha256', body, key.privateKey)));

const CA_EXTENSIONS = explicit(
  3,
  sequence(
    sequence(BASIC_CONSTRAINTS, TRUE, der(TAGS.octets, sequence(TRUE))),
    sequence(KEY_USAGE, TRUE, der(TAGS.octets, der(TAGS.bits, [1, 0x06]))),
  ),
);

let serial = 0;

/* { pem, id, key, commonName }; signed by itself unless `issuer` is such an object. */
export function newCertificate(commonName, { issuer, isCa = false } = {}) {
  const key = newKey();
  serial += 1;
  const body = sequence(
    explicit(0, der(TAGS.integer, [2])),
    der(TAGS.integer, [0x01, (serial >> 16) & 255, (serial >> 8) & 255, serial & 255]),
    sequence(ECDSA_WITH_SHA256),
    name(issuer?.commonName ?? commonName),
    sequence(der(TAGS.utcTime, Buffer.from(NOT_BEFORE)), der(TAGS.utcTime, Buffer.from(NOT_AFTER))),
    name(commonName),
    key.spki,
    ...(isCa ? [CA_EXTENSIONS] : []),
  );
  const bytes = signed(body, issuer?.key ?? key);
  return { pem: pem('CERTIFICATE', bytes), id: createHash('sha256').update(bytes).digest('hex'), key, commonName };
}

/* A PEM text. */
export function newSigningRequest(commonName) {
  const key = newKey();
  return pem('CERTIFICATE REQUEST', signed(sequence(der(TAGS.integer, [0]), name(commonName), key.spki, explicit(0)), key));
}
