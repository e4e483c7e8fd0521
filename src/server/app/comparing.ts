import type { Instant } from '../../core/base/time.ts'
import type { Store } from '../store/database.ts'
import { compareMonth, type CompareAnswer, type CompareRequest } from './compare-month.ts'
import { recompute, type Recomputed } from './recompute.ts'
import { whatIf, type WhatIfAnswer, type WhatIfRequest } from './what-if.ts'

/** What settles again and keeps nothing. Who asks has found the statement or the agreement within their own reach before. */
export type Comparing = Readonly<{
  now: () => Instant
  recompute: (statement: string) => Promise<Recomputed | undefined>
  compare: (request: Omit<CompareRequest, 'now'>) => Promise<CompareAnswer>
  whatIf: (request: Omit<WhatIfRequest, 'now'>) => Promise<WhatIfAnswer>
}>

export const makeComparing = (store: Store, now: () => Instant): Comparing => ({
  now,
  recompute: (statement) => recompute(store, statement),
  compare: (request) => compareMonth(store, { ...request, now: now() }),
  whatIf: (request) => whatIf(store, { ...request, now: now() }),
})
