import { nextMonth, startOfDate, type Instant, type Month } from '../../core/base/time.ts'

/** When a month of a demonstration or a sandbox is closed: on the fifth of the next, in UTC. By then it is over everywhere. */
export const closedAt = (month: Month): Instant => startOfDate(`${nextMonth(month)}-05`, 'UTC')
