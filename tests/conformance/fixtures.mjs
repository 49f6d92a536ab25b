/* How to make, for each operation, the world that it needs and inputs that work in it; scene.mjs says what is in one. */
import { jobs, jobsData, jobTemplates } from './fixtures/jobs.mjs';
import { indexing, registry } from './fixtures/registry.mjs';
import { account, certificates, policies } from './fixtures/security.mjs';

export const fixtures = { ...jobs, ...jobTemplates, ...registry, ...account, ...certificates, ...policies, ...jobsData };

/* Made once, before the first case. */
export const prelude = [indexing];
