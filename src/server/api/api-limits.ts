import { batchesPageDefault, batchesPageMax } from '../../wire/ingest.ts'
import { findingsPageDefault, findingsPageMax, ringsMax } from '../../wire/claim.ts'
import { factoriesMax, rackReadingsPageMax, reconciliationPageDefault, reconciliationPageMax } from '../../wire/factory.ts'
import { jobsPageDefault, jobsPageMax } from '../../wire/job.ts'
import { readingNamesMax, readingsPageDefault, readingsPageMax } from '../../wire/reading.ts'
import { answerKeptSeconds, leaseSeconds } from '../store/kept-answers.ts'
import { agreementsMax } from './agreement-routes.ts'
import { heartbeatMs, waitingBytesMax } from './event-stream.ts'
import { followersMax, followersOfOneMax, followMsMax } from './job-routes.ts'
import { keptAnswerLengthMax, keyLengthMax } from './once.ts'

/** Bytes of a request's body, but of the ways in: they bound their own. */
export const bodyBytesMax = 64 * 1024
/** No request may take longer to arrive, whatever it is for; and no more connections may be open. */
export const requestMsMax = 3_600_000
export const connectionsMax = 1_000

/** Everything that bounds the API beside its rates and its ways in, under the names that the guide gives. */
export const apiLimits: Readonly<Record<string, number>> = {
  bodyBytesMax,
  requestMsMax,
  connectionsMax,
  agreementsMax,
  readingsPageMax,
  readingsPageDefault,
  readingNamesMax,
  factoriesMax,
  rackReadingsPageMax,
  reconciliationPageMax,
  reconciliationPageDefault,
  findingsPageMax,
  findingsPageDefault,
  ringsMax,
  batchesPageMax,
  batchesPageDefault,
  jobsPageMax,
  jobsPageDefault,
  keyLengthMax,
  keptAnswerLengthMax,
  answerKeptSeconds,
  leaseSeconds,
  followersMax,
  followersOfOneMax,
  followMsMax,
  heartbeatMs,
  waitingBytesMax,
}
