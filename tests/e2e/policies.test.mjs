/* The AWS SDK for JavaScript v3 through the life of a policy. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane } from './clients.mjs';
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
