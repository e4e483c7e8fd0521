/** Seconds from one attempt to the next: at once, and then further and further apart, for three days in all. */
export const retrySeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
/** Attempts of one round. */
export const triesMax = retrySeconds.length + 1
/** The part by which a wait is longer at most, so that what failed together is not tried together. */
export const jitterMax = 0.2
/** What an endpoint asks for by `Retry-After` is kept to, up to a day. */
export const retryAfterSecondsMax = 86_400

/** Seconds that `Retry-After` asks for, as seconds or as a date; undefined where it says nothing that can be made out. */
export const readRetryAfter = (text: string | undefined, atMs: number): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text.trim())) return Number(text.trim())
  const until = Date.parse(text)
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - atMs) / 1000))
}

/**
 * Seconds until the next attempt after attempt `number` of its round, or undefined where that was the last. `chance` is from 0 up to 1. Never sooner than
 * the schedule, and never sooner than the endpoint asked for.
 */
export const secondsToNext = (number: number, chance: number, asked: number | undefined): number | undefined => {
  const scheduled = retrySeconds[number - 1]
  if (scheduled === undefined) return undefined
  const spread = scheduled * (1 + jitterMax * chance)
  return Math.max(spread, Math.min(asked ?? 0, retryAfterSecondsMax))
}
