/* How to make, for each operation, the world that it needs and inputs that work in it; scene.mjs says what is in one. */
import { account } from './fixtures/account.mjs';
import { certificates } from './fixtures/certificates.mjs';
import { jobsData } from './fixtures/device.mjs';
import { dynamicGroups, fleetIndex, indexing } from './fixtures/fleet_index.mjs';
import { jobTemplates } from './fixtures/job_templates.mjs';
import { jobs } from './fixtures/jobs.mjs';
import { policies } from './fixtures/policies.mjs';
import { thingGroups } from './fixtures/thing_groups.mjs';
import { things, thingTypes } from './fixtures/things.mjs';

export const fixtures = {
  ...jobs,
  ...jobTemplates,
  ...things,
  ...thingTypes,
  ...thingGroups,
  ...dynamicGroups,
  ...fleetIndex,
  ...account,
  ...certificates,
  ...policies,
  ...jobsData,
};

/* Made once, before the first case. */
export const prelude = [indexing];
