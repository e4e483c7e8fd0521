import { hashOfJson } from '../base/hash.ts'
import { rational, times, total, type Rational } from '../base/rational.ts'
import { toMoney } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { FindingKind } from './reason.ts'

/** One hour of a finding: its start, GPU-seconds found, and of the node what ran kernels, drew power and was covered; watts of one GPU at most; an XID. */
export type HourFigures = readonly [
  at: Instant,
  gpuSeconds: number,
  active: number,
  powered: number,
  covered: number,
  watts: number,
  xid: number,
]
/** GPUs over a stretch of time: pieces of a finding do not overlap. */
export type Piece = readonly [from: Instant, to: Instant, gpus: number]

/** Hours and readings that a finding lists; it says how many there are. */
export const evidenceHoursMax = 168
export const evidenceReadingsMax = 20

export type Evidence = Readonly<{
  /** How many readings bear on it, and of the first of them, by digest, the first 32 digits of their digests. */
  readings: number
  digests: readonly string[]
  hours: number
  figures: readonly HourFigures[]
}>

/** What is taken off a claim, or lies beside it, with the evidence. */
export type Finding = Readonly<{
  /** The hash of what it says. */
  id: string
  kind: FindingKind
  /** `beside`: found, although no claimed GPU-second falls by it. */
  verdict: 'rejected' | 'unproven' | 'beside'
  /** A block; a pool for what is of no block. */
  subject: string
  /** The node; undefined: of the block as a whole. */
  unit: string | undefined
  rack: string | undefined
  from: Instant
  to: Instant
  gpuSeconds: number
  /** At the price of the backstop, rounded once; undefined where none is in force. In the currency's minor unit. */
  minor: bigint | undefined
  currency: string
  text: string
  evidence: Evidence
  /** Where a confirmation would put it. */
  pieces: readonly Piece[]
}>

/** Exact money for GPU-seconds at prices per GPU-hour, rounded once; undefined where one of them has no price. */
export const priced = (
  parts: Iterable<Readonly<{ gpuSeconds: number; price: Rational | undefined }>>,
  currency: string,
): bigint | undefined => {
  const amounts: Rational[] = []
  for (const { gpuSeconds, price } of parts) {
    if (price === undefined) return undefined
    amounts.push(times(price, rational(gpuSeconds, 3600)))
  }
  return toMoney(total(amounts), currency).minor
}

/** Names a finding by what it says: the same claim and evidence give the same name. */
export const named = (finding: Omit<Finding, 'id'>): Finding => {
  const { kind, verdict, subject, unit, from, to, gpuSeconds, minor, currency } = finding
  const says = {
    kind,
    verdict,
    subject,
    unit: unit ?? null,
    from,
    to,
    gpuSeconds,
    minor: minor === undefined ? null : `${minor}`,
    currency,
  }
  return { id: hashOfJson(says).slice(0, 24), ...finding }
}
