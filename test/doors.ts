import { join } from 'node:path'
import { makeAudit } from '../src/server/app/audit.ts'
import { makeClaims } from '../src/server/app/claims.ts'
import { makeClosing } from '../src/server/app/closing.ts'
import { makeDesk } from '../src/server/app/desk.ts'
import { makeFactories } from '../src/server/app/factories.ts'
import { makeFollowing, makeJobs } from '../src/server/app/follow-jobs.ts'
import { makeIngest } from '../src/server/app/ingest.ts'
import { makeLedger } from '../src/server/app/ledger.ts'
import { makePortfolios } from '../src/server/app/portfolio.ts'
import { makeComparing } from '../src/server/app/comparing.ts'
import { makeProposals } from '../src/server/app/proposals.ts'
import { makeReaders } from '../src/server/app/read.ts'
import { deliverWorld } from '../src/server/deliver-world.ts'
import { webhookDoor } from '../src/server/serve.ts'
import type { ApiOptions } from '../src/server/api/api.ts'
import type { Instant } from '../src/core/base/time.ts'
import type { Store } from '../src/server/store/database.ts'

/** All that the door can be opened to over a store, as `serve` opens it; telemetry and feeds of power are not told of. */
export const doorsOf = (store: Store, now: () => Instant): Omit<ApiOptions, 'consoleFolder' | 'identify'> => ({
  source: makeReaders(store, now),
  factories: makeFactories(store, now),
  claims: makeClaims(store, now),
  comparing: makeComparing(store, now),
  proposals: makeProposals(store, now, join(import.meta.dirname, '../examples')),
  ledger: makeLedger(store),
  audit: makeAudit(store),
  webhooks: webhookDoor(store, now, deliverWorld()),
  closing: makeClosing(store, now),
  portfolios: makePortfolios(store, now),
  desk: makeDesk(store, now),
  jobs: { source: makeJobs(store, now), following: makeFollowing(store, (text) => void process.stderr.write(`${text}\n`)) },
  answers: store,
  ingest: { ...makeIngest(store, now), telemetry: undefined, flex: undefined },
})
