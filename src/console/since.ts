import { useQuery } from '@tanstack/react-query'
import type { PeriodWire } from '../wire/statement.ts'
import { comparison } from './compare-queries.ts'

/** What changed of each line since the version before, or by corrections since: a column of the statement. */
export type Since = Readonly<{
  head: string
  /** What the payer of a line pays more; undefined: the same. */
  of: (line: number) => string | undefined
  /** What `payer` pays `payee` more, net; undefined: the same. */
  net: (payer: string, payee: string) => string | undefined
}>

const turned = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`)
const moved = (amount: string | undefined): string | undefined => (amount !== undefined && /[1-9]/.test(amount) ? amount : undefined)

/** The column where something changed, of what there is to compare with at no cost: a version before, or corrections that are stated. */
export const useSince = ({ statement, versions, standing }: PeriodWire): Since | undefined => {
  const { agreement, month, version } = statement
  const earlier = versions.filter((each) => each < version).at(-1)
  const against = earlier === undefined ? (standing.correctedOn.length > 0 ? 'corrected' : undefined) : String(earlier)
  const { data } = useQuery({
    ...comparison({ id: agreement, month, version }, against, false),
    enabled: against !== undefined,
  })
  if (data === undefined || against === undefined) return undefined
  // A column of nothing but dashes says less than none.
  if ([...data.lines, ...data.nets].every(({ difference }) => moved(difference) === undefined)) return undefined
  const own = earlier === undefined ? 'before' : 'after'
  return {
    head: earlier === undefined ? 'Corrected since' : `Since v${earlier}`,
    of: (line) => moved(data.lines.find((change) => change[own]?.number === line)?.difference),
    net: (payer, payee) => {
      const found = data.nets.find(({ parties }) => parties.includes(payer) && parties.includes(payee))
      return moved(found && (found.parties[0] === payer ? found.difference : turned(found.difference)))
    },
  }
}
