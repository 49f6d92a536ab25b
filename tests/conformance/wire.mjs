/* What the model does not say of requests and answers: escapes, planes, bodies that are missing, letters of all scripts. */
import { isDeepStrictEqual } from 'node:util';

import { operations } from './model.mjs';
import { parseJson } from './json_text.mjs';
import { problemsOf } from './reply.mjs';
import { REGION } from './request.mjs';
import { certificate, DOCUMENT, group, job, started, thing, Unanswered } from './scene.mjs';

const LETTERS = 'Grüße, 世界 𝄞 e\u0301 "\\/ <&>';
/* Groups' and types' descriptions are of printable ASCII, by the model. */
const ASCII = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const ATTRIBUTES = { 'a_.,@/:#-': '_.,@/:#=[]-' };

const POLICY = `{ "Version" : "2012-10-17",\n\t"Statement": [{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:*:*:client/世界 𝄞"}] }`;

const path = (scene, ...rest) => ['', 'things', scene.thing, 'jobs', ...rest].join('/');
const told = ({ status, text }) => `${status} ${text.slice(0, 300)}`;

/* Sends a request as it is written here. */
const raw = (scene, method, where, more = {}) => scene.client.send({ method, path: where, ...more });
const DATA = { scope: 'iot-jobs-data' };
const unsigned = { headers: { authorization: '' } };

/* { name: async (scene) => lines of what is wrong }; each has a world of its own. */
const tests = {
  async 'the $ of $next may be escaped, when it is asked for'(scene) {
    await scene.after([thing, job]);
    return same(
      scene,
      'GET',
      [path(scene, '$next'), path(scene, '%24next')],
      DATA,
      ({ execution }) => execution.jobId === scene.job,
    );
  },
  async 'the $ of $next may be escaped, when it is started'(scene) {
    await scene.after([thing, job]);
    return same(
      scene,
      'PUT',
      [path(scene, '$next'), path(scene, '%24next')],
      { ...DATA, body: '{}' },
      ({ execution }) => execution.status === 'IN_PROGRESS',
    );
  },
  async 'the colon of a name may be escaped, in letters of either case'(scene) {
    await scene.after([thing]);
    const paths = ['%3A', '%3a', ':'].map((colon) => `/things/${scene.thing.replace(':', colon)}`);
    return same(scene, 'GET', paths, {}, ({ thingName }) => thingName === scene.thing);
  },
  async 'every character of a name may be escaped'(scene) {
    await scene.after([thing]);
    const escaped = [...scene.thing].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    return same(
      scene,
      'GET',
      [`/things/${scene.thing}`, `/things/${escaped}`, `/%74hings/${scene.thing}`],
      {},
      ({ thingName }) => thingName === scene.thing,
    );
  },
  async 'words that stand in paths are names as well'(scene) {
    const problems = [];
    await scene.after([thing]);
    for (const jobId of ['cancel', 'get', 'targets', 'things']) {
      await scene.do('CreateJob', { jobId, targets: [scene.thingArn()], document: DOCUMENT });
      const { job: found } = await scene.do('DescribeJob', { jobId });
      if (found.jobId !== jobId) problems.push(`the job ${jobId} is ${found.jobId}`);
    }
    await scene.do('CreateThing', { thingName: 'jobs' });
    if ((await scene.do('DescribeThing', { thingName: 'jobs' })).thingName !== 'jobs')
      problems.push('the thing called jobs is not found');
    await scene.do('ListJobExecutionsForThing', { thingName: 'jobs' });
    return problems;
  },
  async 'the credential scope tells the planes apart, in the header and in the query'(scene) {
    await scene.after([thing, job]);
    const query = `?X-Amz-Credential=${encodeURIComponent(`test/20300101/${REGION}/iot-jobs-data/aws4_request`)}`;
    const answers = [
      [await raw(scene, 'GET', path(scene)), 'executionSummaries'],
      [await raw(scene, 'GET', path(scene), DATA), 'queuedJobs'],
      [await raw(scene, 'GET', path(scene) + query, unsigned), 'queuedJobs'],
      [await raw(scene, 'GET', path(scene), unsigned), 'executionSummaries'],
    ];
    return answers
      .filter(([reply, member]) => !(reply.status === 200 && member in reply.json))
      .map(([reply, member]) => `expected ${member}, got ${told(reply)}`);
  },
  async 'header members are found in letters of either case'(scene) {
    await scene.after([thing, certificate]);
    const where = `/things/${scene.thing}/principals`;
    const principal = { 'x-amzn-principal': scene.certificateArn };
    const upper = { 'X-AMZN-PRINCIPAL': scene.certificateArn };
    return same(scene, 'PUT', [where, where], {}, undefined, [principal, upper]);
  },
  async 'a body counts as JSON whatever its Content-Type'(scene) {
    const problems = [];
    for (const [i, kind] of [
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/x-amz-json-1.1',
    ].entries()) {
      const thingName = `${scene.otherThing}-${i}`;
      const reply = await raw(scene, 'POST', `/things/${thingName}`, {
        body: '{"attributePayload":{"attributes":{"a":"b"}}}',
        headers: { 'content-type': kind },
      });
      if (reply.status !== 200) problems.push(`${kind}: ${told(reply)}`);
      else if ((await scene.do('DescribeThing', { thingName })).attributes.a !== 'b')
        problems.push(`${kind}: the body was not read`);
    }
    return problems;
  },
  async 'letters that are escaped in JSON are the same letters'(scene) {
    await scene.after([thing]);
    const escaped = LETTERS.replace(
      /[\ud800-\udfff"\\]|[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const body = `{"targets":["${scene.thingArn()}"],"document":"{}","description":"${escaped}"}`;
    const reply = await raw(scene, 'PUT', `/jobs/${scene.job}`, { body });
    const {
      job: { description },
    } = await scene.do('DescribeJob', { jobId: scene.job });
    return reply.json.description === LETTERS && description === LETTERS ? [] : [`${told(reply)}, and then ${description}`];
  },
  async 'the last of two members of one name counts'(scene) {
    await raw(scene, 'POST', `/things/${scene.thing}`, {
      body: '{"attributePayload":{"attributes":{"a":"1"}},"attributePayload":{"attributes":{"a":"2"}}}',
    });
    const { attributes } = await scene.do('DescribeThing', { thingName: scene.thing });
    return attributes.a === '2' ? [] : [`a is ${attributes.a}`];
  },
  async 'a body that is no JSON object is refused as one'(scene) {
    const problems = [];
    for (const body of ['[]', '7', 'null', '"{}"', '{', '{}{}', '{"a":01}', "{'a':1}", '{"a":1,}', '\ufeff{}', '{"a":"\n"}']) {
      const reply = await raw(scene, 'POST', `/things/${scene.thing}`, { body });
      if (reply.status !== 400) problems.push(`${JSON.stringify(body)}: ${told(reply)}`);
      problems.push(...problemsOf(operations.get('CreateThing'), reply));
    }
    return problems;
  },
  async 'an unknown path, method or empty name is an unknown operation, with all that an error has'(scene) {
    const problems = [];
    for (const [method, where] of [
      ['GET', '/nonsense'],
      ['DELETE', '/jobs'],
      ['GET', '/jobs/'],
      ['GET', '/things//jobs'],
      ['POST', '/jobs/a/b/c/d/e/f/g'],
      ['HEAD', '/nonsense'],
    ]) {
      const reply = await raw(scene, method, where);
      if (reply.status !== 404) problems.push(`${method} ${where}: ${told(reply)}`);
      else if (reply.headers['x-amzn-errortype'] !== 'UnknownOperationException')
        problems.push(`${method} ${where}: ${reply.headers['x-amzn-errortype']}`);
      if (method !== 'HEAD') problems.push(...problemsOf(operations.get('CreateThing'), reply));
    }
    return problems;
  },
  async 'doubles stay doubles'(scene) {
    await scene.after([thing]);
    await scene.do('CreateJob', {
      jobId: scene.job,
      targets: [scene.thingArn()],
      document: '{}',
      abortConfig: {
        criteriaList: [{ failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 1 }],
      },
      jobExecutionsRolloutConfig: {
        maximumPerMinute: 100,
        exponentialRate: { baseRatePerMinute: 1, incrementFactor: 2, rateIncreaseCriteria: { numberOfNotifiedThings: 1 } },
      },
    });
    const { text } = await scene.client.ask(operations.get('DescribeJob'), { jobId: scene.job });
    return ['"thresholdPercentage":50.0', '"incrementFactor":2.0']
      .filter((wanted) => !text.includes(wanted))
      .map((wanted) => `no ${wanted} in ${text}`);
  },
  async 'times are seconds with three decimals on one plane, and whole seconds on the other'(scene) {
    await scene.after([thing, job, started]);
    const [control, data] = await Promise.all(
      ['DescribeJobExecution', 'data.DescribeJobExecution'].map((name) =>
        scene.client.ask(operations.get(name), { thingName: scene.thing, jobId: scene.job }),
      ),
    );
    const times = (reply) =>
      Object.entries(parseJson(reply.text).execution)
        .filter(([name]) => name.endsWith('At'))
        .map(([, { text }]) => text);
    const problems = times(control)
      .filter((text) => !/^\d{10}\.\d{3}$/.test(text))
      .concat(times(data).filter((text) => !/^\d{10}$/.test(text)));
    return times(control).length === 3 && times(data).length === 3 ? problems : [`not three times: ${control.text} ${data.text}`];
  },
};

/* The same request in several forms: each is answered 200, and all alike. */
async function same(scene, method, paths, more, wanted, headers = []) {
  const replies = [];
  for (const [i, where] of paths.entries()) replies.push(await raw(scene, method, where, { ...more, headers: headers[i] }));
  if (replies.some(({ status }) => status === 501)) throw new Unanswered();
  const problems = replies.filter(
    (reply) => reply.status !== 200 || reply.text !== replies[0].text || (wanted && !wanted(reply.json)),
  );
  return problems.map((reply) => `${told(reply)}, and first ${told(replies[0])}`);
}

/* ---- texts that come back as they were sent: what, what it needs, how it is written, how it is read, where it stands */

const roundTrips = [
  [
    "a job's description and document",
    [thing],
    'CreateJob',
    (s) => ({ jobId: s.job, targets: [s.thingArn()], description: LETTERS, document: JSON.stringify({ a: LETTERS }) }),
    [
      ['DescribeJob', (s) => ({ jobId: s.job }), ({ job: found }) => found.description, LETTERS],
      ['GetJobDocument', (s) => ({ jobId: s.job }), ({ document }) => document, JSON.stringify({ a: LETTERS })],
    ],
  ],
  [
    "a job's comment",
    [thing, job],
    'CancelJob',
    (s) => ({ jobId: s.job, comment: LETTERS }),
    [['DescribeJob', (s) => ({ jobId: s.job }), ({ job: found }) => found.comment, LETTERS]],
  ],
  [
    'status details of a device',
    [thing, job],
    'data.UpdateJobExecution',
    (s) => ({ thingName: s.thing, jobId: s.job, status: 'IN_PROGRESS', statusDetails: { a: `${LETTERS}\t\r\n` } }),
    [
      [
        'DescribeJobExecution',
        (s) => ({ thingName: s.thing, jobId: s.job }),
        ({ execution }) => execution.statusDetails.detailsMap,
        { a: `${LETTERS}\t\r\n` },
      ],
      [
        'data.DescribeJobExecution',
        (s) => ({ thingName: s.thing, jobId: s.job }),
        ({ execution }) => execution.statusDetails,
        { a: `${LETTERS}\t\r\n` },
      ],
    ],
  ],
  [
    'status details of an operator',
    [thing, job],
    'CancelJobExecution',
    (s) => ({ thingName: s.thing, jobId: s.job, statusDetails: { a: LETTERS } }),
    [
      [
        'DescribeJobExecution',
        (s) => ({ thingName: s.thing, jobId: s.job }),
        ({ execution }) => execution.statusDetails.detailsMap,
        { a: LETTERS },
      ],
    ],
  ],
  [
    "a thing's attributes",
    [],
    'CreateThing',
    (s) => ({ thingName: s.thing, attributePayload: { attributes: ATTRIBUTES } }),
    [['DescribeThing', (s) => ({ thingName: s.thing }), ({ attributes }) => attributes, ATTRIBUTES]],
  ],
  [
    "a group's description and attributes",
    [],
    'CreateThingGroup',
    (s) => ({
      thingGroupName: s.group,
      thingGroupProperties: { thingGroupDescription: ASCII, attributePayload: { attributes: ATTRIBUTES } },
    }),
    [
      [
        'DescribeThingGroup',
        (s) => ({ thingGroupName: s.group }),
        ({ thingGroupProperties: { thingGroupDescription, attributePayload } }) => [
          thingGroupDescription,
          attributePayload.attributes,
        ],
        [ASCII, ATTRIBUTES],
      ],
    ],
  ],
  [
    "a type's description",
    [],
    'CreateThingType',
    (s) => ({ thingTypeName: s.type, thingTypeProperties: { thingTypeDescription: ASCII } }),
    [
      [
        'DescribeThingType',
        (s) => ({ thingTypeName: s.type }),
        ({ thingTypeProperties }) => thingTypeProperties.thingTypeDescription,
        ASCII,
      ],
    ],
  ],
  [
    'tags',
    [group],
    'TagResource',
    (s) => ({ resourceArn: s.groupArn(), tags: [{ Key: 'Schlüssel 鍵 _.:/=+-@', Value: LETTERS }] }),
    [
      [
        'ListTagsForResource',
        (s) => ({ resourceArn: s.groupArn() }),
        ({ tags }) => tags,
        [{ Key: 'Schlüssel 鍵 _.:/=+-@', Value: LETTERS }],
      ],
    ],
  ],
  [
    "a template's description and document",
    [],
    'CreateJobTemplate',
    (s) => ({ jobTemplateId: s.template, description: LETTERS, document: JSON.stringify({ a: LETTERS }) }),
    [
      [
        'DescribeJobTemplate',
        (s) => ({ jobTemplateId: s.template }),
        ({ description, document }) => [description, document],
        [LETTERS, JSON.stringify({ a: LETTERS })],
      ],
    ],
  ],
  [
    'a policy, byte for byte',
    [],
    'CreatePolicy',
    (s) => ({ policyName: s.policy, policyDocument: POLICY }),
    [['GetPolicy', (s) => ({ policyName: s.policy }), ({ policyDocument }) => policyDocument, POLICY]],
  ],
];

async function roundTrip(scene, needs, write, input, reads) {
  await scene.after(needs);
  await scene.do(write, input(scene));
  const problems = [];
  for (const [read, asked, pick, wanted] of reads) {
    const found = pick(await scene.do(read, asked(scene)));
    if (!isDeepStrictEqual(found, wanted)) problems.push(`${read} shows ${JSON.stringify(found)}`);
  }
  return problems;
}

const inNewScene = (test) => async (run) => test(await run.scene());

/* As casesOf gives them, with `run` to make them. */
export const wireCases = [
  ...Object.entries(tests).map(([what, test]) => ({ what, run: inNewScene(test) })),
  ...roundTrips.map(([what, ...rest]) => ({
    what: `letters of all scripts come back: ${what}`,
    run: inNewScene((scene) => roundTrip(scene, ...rest)),
  })),
];
