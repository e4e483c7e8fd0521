import { compare, decimal, minus, nought, plus, rational, times } from '../base/rational.ts'
import { toMoney } from '../base/money.ts'
import { minorDigits } from '../base/currency.ts'
import { digestOf } from './digests.ts'
import { named, type Evidence, type Finding } from './finding.ts'
import type { Early, Intake, Kept } from './intake.ts'
import type { Charge } from '../meter/reading.ts'
import { referenceOf } from './prices.ts'
import { sayFinding } from './say.ts'

const restsOn = ({ digests }: Intake, numbers: readonly number[]): Evidence => ({
  readings: numbers.length,
  digests: numbers.map((number) => digestOf(digests, number)).toSorted(),
  hours: 0,
  figures: [],
})

const affiliateFinding = (intake: Intake, { reading, number }: Kept<Charge>): Finding | undefined => {
  const { pool, currency, affiliate, source, id, replaces } = reading
  const { window } = intake.grid
  const at = reading.at ?? reading.from!
  const reference =
    affiliate!.reference === undefined ? referenceOf(intake.schedule, pool, Math.max(at, window.from)) : decimal(affiliate!.reference)
  if (reference === undefined || minorDigits(currency) === undefined) return undefined
  // Credits in another currency are not taken off: they would need a rate, and make the price lower still.
  const credits = intake.credits.filter(
    (each) =>
      each.reading.source === source &&
      (each.reading.reduces === id || each.reading.reduces === replaces) &&
      each.reading.currency === currency,
  )
  const paid = minus(
    decimal(reading.amount),
    credits.reduce((sum, each) => plus(sum, decimal(each.reading.amount)), nought),
  )
  const worth = times(reference, rational(affiliate!.gpuSeconds, 3600))
  if (compare(paid, worth) >= 0) return undefined
  const finding = {
    kind: 'affiliate-below-reference',
    verdict: 'beside',
    subject: pool,
    unit: undefined,
    rack: undefined,
    from: at,
    to: reading.to ?? at + 1,
    gpuSeconds: affiliate!.gpuSeconds,
    // What is missing to the reference, not the price of a backstop.
    minor: toMoney(minus(worth, paid), currency).minor,
    currency,
    evidence: restsOn(intake, [number, ...credits.map((each) => each.number)]),
    pieces: [],
  } as const
  return named({ ...finding, text: `${sayFinding(finding, intake)} (${source} ${id})` })
}

const earlyFinding = (intake: Intake, { kind, where, gpus, from, to, number }: Early): Finding => {
  const finding = {
    kind: 'implausible-clock',
    verdict: 'beside',
    subject: where,
    unit: undefined,
    rack: undefined,
    from,
    to,
    gpuSeconds: gpus * (to - from),
    minor: undefined,
    currency: intake.schedule.currency,
    evidence: restsOn(intake, [number]),
    pieces: [],
  } as const
  const text = `${sayFinding(finding, intake).split(': ')[0]}: this ${kind} was recorded before it had happened, beyond what clocks may differ`
  return named({ ...finding, text })
}

/** Findings that no node makes: charges of affiliates, and readings of what had not happened. */
export function* readingFindings(intake: Intake): Generator<Finding> {
  for (const charge of intake.affiliates) {
    const found = affiliateFinding(intake, charge)
    if (found !== undefined) yield found
  }
  for (const early of intake.early) yield earlyFinding(intake, early)
}
