/*
 * The world of one case: names that no other case has, and what was made under them.
 *
 * A fixture of an operation (fixtures/) is
 *
 *     needs      steps that make what the input names, for every variant
 *     variants   { name: { needs, input: (scene) => the input } }: together they send every member of the model
 *     errors     { what: { needs, input, exception } }: refusals other than broken constraints
 *     mayRefuse  members whose outermost values may be refused: names of things that do not exist, texts with a grammar
 *     notSent    members that no variant can send
 *     unseen     members of the output that these inputs never bring about
 *     letters    what the longest and shortest texts are made of, where others' names would be taken
 *     alone      true: it changes what others see, so its cases run one by one, at the end
 *
 * An input may be asked for without the world having been made, to count cases; it then holds placeholders.
 */
import { newCertificate, newSigningRequest } from './certificates.mjs';
import { operations } from './model.mjs';
import { REGION } from './request.mjs';

const ACCOUNT = '000000000000';
/* The clock stands there when the first case begins; few cases move it, and by minutes. */
export const MIDNIGHT = '2030-01-01T00:00:00Z';
const PATIENCE_MS = 10_000;

const arn = (resource) => `arn:aws:iot:${REGION}:${ACCOUNT}:${resource}`;

export class Unanswered extends Error {}

export class Scene {
  constructor(client, number) {
    this.client = client;
    this.thing = `pump:${number}_a-b`;
    this.otherThing = `valve-${number}`;
    this.group = `site:${number}`;
    this.childGroup = `hall:${number}`;
    this.dynamicGroup = `hot:${number}`;
    this.type = `Pump:${number}`;
    this.otherType = `Valve:${number}`;
    this.job = `fw-${number}`;
    this.otherJob = `os_${number}`;
    this.template = `tpl-${number}`;
    this.policy = `may+=,.@-${number}`;
    this.otherPolicy = `must.${number}`;
    this.commonName = `device ${number}`;
    /* what the service gives out; placeholders until a step has asked for it */
    this.token = 'dG9rZW4=';
    this.groupId = 'group-id';
    this.registrationCode = 'code';
    this.keysCertificate = { certificateId: '0'.repeat(64), certificateArn: arn(`cert/${'0'.repeat(64)}`) };
  }

  thingArn(name = this.thing) {
    return arn(`thing/${name}`);
  }
  groupArn(name = this.group) {
    return arn(`thinggroup/${name}`);
  }
  typeArn(name = this.type) {
    return arn(`thingtype/${name}`);
  }
  jobArn(name = this.job) {
    return arn(`job/${name}`);
  }
  templateArn(name = this.template) {
    return arn(`jobtemplate/${name}`);
  }
  policyArn(name = this.policy) {
    return arn(`policy/${name}`);
  }
  get certificateArn() {
    return arn(`cert/${this.certificate.id}`);
  }
  get caArn() {
    return arn(`cacert/${this.ca.id}`);
  }

  /* Made when they are first asked for; registered by a step. */
  get ca() {
    return this.made('ca', () => newCertificate(`CA of ${this.commonName}`, { isCa: true }));
  }
  get otherCa() {
    return this.made('otherCa', () => newCertificate(`Another CA of ${this.commonName}`, { isCa: true }));
  }
  get certificate() {
    return this.made('certificate', () => newCertificate(this.commonName));
  }
  get otherCertificate() {
    return this.made('otherCertificate', () => newCertificate(this.commonName));
  }
  get caSigned() {
    return this.made('caSigned', () => newCertificate(this.commonName, { issuer: this.ca }));
  }
  get verification() {
    return newCertificate(this.registrationCode, { issuer: this.ca });
  }
  get signingRequest() {
    return this.made('signingRequest', () => newSigningRequest(this.commonName));
  }

  made(name, make) {
    this.store ??= {};
    this.store[name] ??= make();
    return this.store[name];
  }

  async after(steps = []) {
    for (const step of steps) await step(this);
    return this;
  }

  /* The answer's body of a call that has to succeed. */
  async do(operation, input) {
    const reply = await this.client.ask(operations.get(operation), input);
    if (reply.status === 501) throw new Unanswered(`${operation} answers 501`);
    if (reply.status !== 200)
      throw new Error(`to get there, ${operation} answered ${reply.status} ${reply.text} to ${JSON.stringify(input)}`);
    return reply.text === '' ? undefined : reply.json;
  }

  /* An object of the artefact store, whose bucket is made for it. */
  async putObject(bucket, key, body) {
    for (const request of [{ path: `/_s3/${bucket}` }, { path: `/_s3/${bucket}/${key}`, body }]) {
      const reply = await this.client.send({ method: 'PUT', scope: null, ...request });
      if (reply.status !== 200) throw new Error(`to get there, PUT ${request.path} answered ${reply.status} ${reply.text}`);
    }
  }

  /* Asks again until what comes is as wanted. */
  async until(operation, input, wanted) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const reply = await this.client.ask(operations.get(operation), input);
      if (reply.status === 501) throw new Unanswered(`${operation} answers 501`);
      if (reply.status === 200 && wanted(reply.json)) return reply.json;
      if (Date.now() > deadline) throw new Error(`${operation} of ${JSON.stringify(input)} stays ${reply.status} ${reply.text}`);
    }
  }

  async advance(duration) {
    const reply = await this.client.send({
      method: 'POST',
      path: '/_iotjobs/clock',
      body: JSON.stringify({ advance: duration }),
    });
    if (reply.status !== 200) throw new Error(`the clock does not move: ${reply.text}`);
  }
}

/* ---- steps that several groups of operations share */

export const call = (operation, input) => (scene) => scene.do(operation, input(scene));
export const advance = (duration) => (scene) => scene.advance(duration);

/* Leaves in scene.token where the second page of a list begins. */
export const firstPage =
  (operation, input, token = 'nextToken') =>
  async (scene) => {
    scene.token = (await scene.do(operation, input(scene)))[token];
    if (typeof scene.token !== 'string') throw new Error(`the first page of ${operation} has no ${token}`);
  };

export const thing = call('CreateThing', (s) => ({ thingName: s.thing }));
export const otherThing = call('CreateThing', (s) => ({ thingName: s.otherThing }));
export const type = call('CreateThingType', (s) => ({ thingTypeName: s.type }));
export const otherType = call('CreateThingType', (s) => ({ thingTypeName: s.otherType }));
export const group = async (s) => {
  s.groupId = (await s.do('CreateThingGroup', { thingGroupName: s.group })).thingGroupId;
};
export const childGroup = call('CreateThingGroup', (s) => ({ thingGroupName: s.childGroup, parentGroupName: s.group }));
export const member = call('AddThingToThingGroup', (s) => ({ thingGroupName: s.group, thingName: s.thing }));

export const DOCUMENT = '{"op":"noop","note":"grün"}';
export const hasExecution = (s) =>
  s.until('ListJobExecutionsForJob', { jobId: s.job }, ({ executionSummaries }) => executionSummaries.length > 0);
/* A job of the thing, rolled out. */
export const job = async (s) => {
  await s.do('CreateJob', { jobId: s.job, targets: [s.thingArn()], document: DOCUMENT, description: 'A job' });
  await hasExecution(s);
};
export const otherJob = call('CreateJob', (s) => ({ jobId: s.otherJob, targets: [s.thingArn()], document: DOCUMENT }));
export const started = call('data.StartNextPendingJobExecution', (s) => ({ thingName: s.thing }));
export const reported = (status, statusDetails) =>
  call('data.UpdateJobExecution', (s) => ({ thingName: s.thing, jobId: s.job, status, statusDetails }));

export const certificate = call('RegisterCertificateWithoutCA', (s) => ({ certificatePem: s.certificate.pem, status: 'ACTIVE' }));
export const inactiveCertificate = call('RegisterCertificateWithoutCA', (s) => ({ certificatePem: s.certificate.pem }));
export const otherCertificate = call('RegisterCertificateWithoutCA', (s) => ({ certificatePem: s.otherCertificate.pem }));
export const ca = call('RegisterCACertificate', (s) => ({
  caCertificate: s.ca.pem,
  certificateMode: 'SNI_ONLY',
  setAsActive: true,
}));

export const allow = (action, resource) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
export const policy = call('CreatePolicy', (s) => ({ policyName: s.policy, policyDocument: allow('iot:Connect', '*') }));
export const otherPolicy = call('CreatePolicy', (s) => ({
  policyName: s.otherPolicy,
  policyDocument: allow('iot:Publish', '*'),
}));

/* Leaves in scene.token where the second page of some other list begins: of one with tokens, or of one with markers. */
const OTHER_LISTS = {
  nextToken: [
    ['ListThings', [...'ab'].map((letter) => call('CreateThing', (s) => ({ thingName: `${s.otherThing}-${letter}` })))],
    [
      'ListThingGroups',
      [...'ab'].map((letter) => call('CreateThingGroup', (s) => ({ thingGroupName: `${s.childGroup}-${letter}` }))),
    ],
  ],
  marker: [
    [
      'ListPolicies',
      [...'ab'].map((letter) =>
        call('CreatePolicy', (s) => ({ policyName: `${s.otherPolicy}-${letter}`, policyDocument: allow('iot:Connect', '*') })),
      ),
    ],
    [
      'ListCertificates',
      [...'ab'].map(() => call('CreateCertificateFromCsr', (s) => ({ certificateSigningRequest: s.signingRequest }))),
    ],
  ],
};
export const tokenOfAnother = (operation, member) => async (scene) => {
  const [list, needs] = OTHER_LISTS[member].find(([name]) => name !== operation);
  const size = member === 'marker' ? { pageSize: 1 } : { maxResults: 1 };
  await scene.after([...needs, firstPage(list, () => size, member === 'marker' ? 'nextMarker' : 'nextToken')]);
};

/* What an operation answers when the thing it names is not there. */
export const MISSING = 'ResourceNotFoundException';
export const INVALID = 'InvalidRequestException';
export const TAKEN = 'ResourceAlreadyExistsException';
export const VERSION_CONFLICT = 'VersionConflictException';
export const absent = (input) => ({ input, exception: MISSING });
const TOKEN_OF_NOBODY = 'bm9ib2R5';
/* A page token that was never given out. */
export const forged = (input, name = 'nextToken') => ({
  input: (s) => ({ ...input(s), [name]: TOKEN_OF_NOBODY }),
  exception: INVALID,
  message: 'Next token is invalid.',
});

/* Variants of lists with markers. */
export const secondPage = (operation, more = () => ({})) => ({
  needs: [firstPage(operation, (s) => ({ ...more(s), pageSize: 1 }), 'nextMarker')],
  input: (s) => ({ ...more(s), pageSize: 1, marker: s.token }),
});
export const onePage = (more = () => ({})) => ({ input: (s) => ({ ...more(s), pageSize: 1 }) });
