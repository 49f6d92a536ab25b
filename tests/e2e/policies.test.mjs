/* The AWS SDK for JavaScript v3 and the AWS CLI through the life of a policy. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { aws, awsDoes, controlPlane } from './clients.mjs';
import { ACCOUNT, REGION, World } from './support.mjs';

const arn = (rest) => `arn:aws:iot:${REGION}:${ACCOUNT}:${rest}`;
const policyName = 'device+1=x,.@y';
const groupArn = arn('thinggroup/hall:3');
const principal = { thingName: 'pump' };

/* As people write it: with line breaks, which come back. */
const documentFor = (Effect) => JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect, Action: 'iot:Connect', Resource: arn('client/${iot:Connection.Thing.ThingName}') },
    { Effect, Action: ['iot:Publish', 'iot:Receive'], Resource: arn('topic/dt/${iot:ClientId}/*') },
  ],
}, null, 2);

async function allPages(paginate, client, input, member) {
  const found = [];
  for await (const page of paginate({ client, pageSize: 1 }, input)) found.push(...page[member]);
  return found;
}

test('the SDK for JavaScript creates, versions, attaches, tries, detaches and deletes a policy', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const client = controlPlane(world, server);
  const send = (command, input) => client.send(new iot[`${command}Command`](input));

  const created = await send('CreatePolicy', {
    policyName, policyDocument: documentFor('Deny'), tags: [{ Key: 'team', Value: 'pumps' }],
  });
  assert.equal(created.policyArn, arn(`policy/${policyName}`));
  assert.equal(created.policyVersionId, '1');
  await assert.rejects(send('CreatePolicy', { policyName, policyDocument: documentFor('Deny') }),
    iot.ResourceAlreadyExistsException);
  await assert.rejects(send('CreatePolicy', { policyName: 'bad', policyDocument: '{}' }), iot.MalformedPolicyException);
  const { tags } = await send('ListTagsForResource', { resourceArn: created.policyArn });
  assert.deepEqual(tags, [{ Key: 'team', Value: 'pumps' }]);

  const version = await send('CreatePolicyVersion', { policyName, policyDocument: documentFor('Allow') });
  assert.deepEqual([version.policyVersionId, version.isDefaultVersion], ['2', false]);
  await send('SetDefaultPolicyVersion', { policyName, policyVersionId: '2' });
  const { policyVersions } = await send('ListPolicyVersions', { policyName });
  assert.deepEqual(policyVersions.map((v) => [v.versionId, v.isDefaultVersion]), [['2', true], ['1', false]]);
  const shown = await send('GetPolicy', { policyName });
  assert.equal(shown.policyDocument, documentFor('Allow'));
  assert.equal(shown.defaultVersionId, '2');
  assert.equal(shown.creationDate.toISOString(), '2030-01-01T00:00:00.000Z');
  const first = await send('GetPolicyVersion', { policyName, policyVersionId: '1' });
  assert.equal(first.policyDocument, documentFor('Deny'));

  await send('CreateThing', principal);
  await send('CreateThingGroup', { thingGroupName: 'hall:3' });
  await send('AddThingToThingGroup', { thingName: 'pump', thingGroupName: 'hall:3' });
  const { certificateArn, certificateId } = await send('CreateKeysAndCertificate', { setAsActive: true });
  await send('AttachThingPrincipal', { thingName: 'pump', principal: certificateArn });
  for (const target of [groupArn, certificateArn]) await send('AttachPolicy', { policyName, target });
  assert.deepEqual(await allPages(iot.paginateListTargetsForPolicy, client, { policyName }, 'targets'),
    [groupArn, certificateArn]);
  const attached = await allPages(iot.paginateListAttachedPolicies, client, { target: groupArn, recursive: true },
    'policies');
  assert.deepEqual(attached, [{ policyName, policyArn: created.policyArn }]);
  await send('CreatePolicy', { policyName: 'other', policyDocument: documentFor('Deny') });
  const names = async (input) => (await allPages(iot.paginateListPolicies, client, input, 'policies'))
    .map((p) => p.policyName);
  assert.deepEqual(await names({}), ['other', policyName]);
  assert.deepEqual(await names({ ascendingOrder: true }), [policyName, 'other']);

  const { effectivePolicies } = await send('GetEffectivePolicies', { principal: certificateArn, thingName: 'pump' });
  assert.deepEqual(effectivePolicies,
    [{ policyName, policyArn: created.policyArn, policyDocument: documentFor('Allow') }]);
  const authInfos = [
    { actionType: 'CONNECT', resources: [arn('client/pump')] },
    { actionType: 'PUBLISH', resources: [arn('topic/dt/fan/t')] },
  ];
  const trial = { principal: certificateArn, clientId: 'pump', authInfos };
  const decisions = ({ authResults }) => authResults.map((r) => r.authDecision);
  assert.deepEqual(decisions(await send('TestAuthorization', trial)), ['ALLOWED', 'IMPLICIT_DENY']);
  const denied = await send('TestAuthorization', { ...trial, policyNamesToAdd: ['other'] });
  assert.deepEqual(decisions(denied), ['EXPLICIT_DENY', 'IMPLICIT_DENY']);
  assert.deepEqual(denied.authResults[0].denied.explicitDeny.policies.map((p) => p.policyName), ['other']);
  const unknown = await send('TestAuthorization', { ...trial, clientId: undefined });
  assert.deepEqual(unknown.authResults[1].missingContextValues, ['iot:ClientId']);

  await assert.rejects(send('DeletePolicy', { policyName }), iot.DeleteConflictException);
  for (const target of [groupArn, certificateArn]) await send('DetachPolicy', { policyName, target });
  await assert.rejects(send('DeletePolicyVersion', { policyName, policyVersionId: '2' }), iot.DeleteConflictException);
  await send('DeletePolicyVersion', { policyName, policyVersionId: '1' });
  await send('DeletePolicy', { policyName });
  await assert.rejects(send('GetPolicy', { policyName }), iot.ResourceNotFoundException);
  assert.equal(certificateArn, arn(`cert/${certificateId}`));
});

test('the AWS CLI has a policy created, versioned, attached, tried, detached and deleted', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const cli = (operation, ...args) => awsDoes(server, 'iot', operation, ...args);
  const named = ['--policy-name', policyName];

  await cli('create-policy', ...named, '--policy-document', documentFor('Allow'), '--tags', 'Key=team,Value=pumps');
  await cli('create-policy-version', ...named, '--policy-document', documentFor('Deny'), '--set-as-default');
  assert.equal((await cli('get-policy', ...named)).policyDocument, documentFor('Deny'));
  const first = await cli('get-policy-version', ...named, '--policy-version-id', '1');
  assert.equal(first.isDefaultVersion, false);
  await cli('set-default-policy-version', ...named, '--policy-version-id', '1');
  await cli('delete-policy-version', ...named, '--policy-version-id', '2');
  const { policyVersions } = await cli('list-policy-versions', ...named);
  assert.deepEqual(policyVersions.map((v) => [v.versionId, v.isDefaultVersion]), [['1', true]]);

  const { certificateArn } = await cli('create-keys-and-certificate', '--set-as-active');
  await cli('attach-policy', ...named, '--target', certificateArn);
  const policies = [{ policyName, policyArn: arn(`policy/${policyName}`) }];
  assert.deepEqual(await cli('list-policies', '--ascending-order'), { policies });
  assert.deepEqual(await cli('list-attached-policies', '--target', certificateArn), { policies });
  assert.deepEqual(await cli('list-targets-for-policy', ...named), { targets: [certificateArn] });
  const { effectivePolicies } = await cli('get-effective-policies', '--principal', certificateArn);
  assert.deepEqual(effectivePolicies, [{ ...policies[0], policyDocument: documentFor('Allow') }]);
  const { authResults } = await cli('test-authorization', '--principal', certificateArn, '--client-id', 'pump',
    '--auth-infos', `actionType=PUBLISH,resources=${arn('topic/dt/pump/t')}`);
  assert.deepEqual(authResults, [{
    authInfo: { actionType: 'PUBLISH', resources: [arn('topic/dt/pump/t')] },
    allowed: { policies },
    denied: { implicitDeny: { policies: [] }, explicitDeny: { policies: [] } },
    authDecision: 'ALLOWED',
    missingContextValues: [],
  }]);

  const { status, errors } = await aws(server, 'iot', 'delete-policy', ...named);
  assert.notEqual(status, 0);
  assert.match(errors, /DeleteConflictException/);
  await cli('detach-policy', ...named, '--target', certificateArn);
  await cli('delete-policy', ...named);
  assert.deepEqual(await cli('list-policies'), { policies: [] });
});
