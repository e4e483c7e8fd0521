import { formatMoney, money, parseMoney } from '../base/money.ts'
import type { Month } from '../base/time.ts'
import type { Input } from '../settlement/line.ts'
import { toCompared, type ComparedLine } from './compare.ts'
import type { StatementLine } from './statement.ts'

/** A line of a later statement that corrects the month, and which statement that is. */
export type CorrectionLine = Readonly<{ on: Month; line: StatementLine }>

/** A month as it stands with all that later statements correct of it, and for each line that they do, on which statements. */
export type Corrected = Readonly<{ lines: readonly ComparedLine[]; on: ReadonlyMap<ComparedLine, readonly Month[]> }>

const nameOf = ({ key, payer, payee }: Pick<StatementLine, 'key' | 'payer' | 'payee'>): string =>
  [key, ...[payer, payee].toSorted()].join('\n')

/** The reasons of the line that a correction settled again, where it is one line: what stands under its first reason. */
const reasonsIn = ({ reasons }: StatementLine): readonly Input[] | undefined => {
  const whole = reasons[0]?.children?.filter(({ word }) => word === 'Before it is rounded') ?? []
  return whole.length === 1 ? whole[0]!.children : undefined
}

const signed = ({ amount, payer }: Pick<StatementLine, 'amount' | 'payer'>, like: string, currency: string): bigint => {
  const minor = parseMoney(amount, currency)!.minor
  return payer === like ? minor : -minor
}

/** A correction's words without the month it corrects: here it is the month's own line. */
const ownWords = ({ text }: StatementLine): string => text.replace(/^Correction of [^:]+: /, '')

const adjusted = (own: StatementLine | undefined, corrections: readonly CorrectionLine[], currency: string): ComparedLine => {
  const latest = corrections.at(-1)!.line
  const like = own ?? latest
  const before = own === undefined ? 0n : signed(own, like.payer, currency)
  const minor = corrections.reduce((sum, { line }) => sum + signed(line, like.payer, currency), before)
  const reasons = reasonsIn(latest)
  const { corrects: _, ...told } = toCompared(like)
  return {
    ...told,
    number: own?.number ?? null,
    text: own?.text ?? ownWords(latest),
    amount: formatMoney(money(minor, currency)),
    // A correction tells what it comes to, and not of what.
    quantity: null,
    rate: null,
    reasons: reasons ?? latest.reasons,
  }
}

/**
 * The lines of a statement with what later statements correct of its month: every correction counts on the line of its key and parties, and one without
 * such a line is a line of its own. Corrections of other months that the statement itself has stay as they are. What parties owe each other is what the
 * statement and these corrections come to together.
 */
export const withCorrections = (lines: readonly StatementLine[], corrections: readonly CorrectionLine[], currency: string): Corrected => {
  const byName = Map.groupBy(corrections, ({ line }) => nameOf(line))
  const last = new Map(lines.filter(({ corrects }) => corrects === undefined).map((line) => [nameOf(line), line]))
  const on = new Map<ComparedLine, readonly Month[]>()
  const place = (own: StatementLine | undefined, found: readonly CorrectionLine[]): ComparedLine => {
    const line = adjusted(own, found, currency)
    on.set(line, [...new Set(found.map((each) => each.on))])
    return line
  }
  const own = lines.map((line) => {
    const found = last.get(nameOf(line)) === line ? byName.get(nameOf(line)) : undefined
    return found === undefined ? toCompared(line) : place(line, found)
  })
  const added = [...byName].filter(([name]) => !last.has(name)).map(([, found]) => place(undefined, found))
  return { lines: [...own, ...added], on }
}
