import type { Json } from '../base/canonical.ts'
import type { PartyRole } from './agreement.ts'
import { minorDigits } from '../base/currency.ts'
import type { Problem } from '../base/problem.ts'
import { spanSecondsMax } from '../base/steps.ts'
import { endOfDate, isZone, startOfDate } from '../base/time.ts'
import { calendarYears } from './calendars.ts'
import { checkBlocks } from './check-blocks.ts'
import { checkClauses } from './check-clauses.ts'
import { checkUnique, makeUnknown } from './check-values.ts'
import { termOf } from './complete.ts'
import type { TermsKind } from './kind.ts'
import { itemsOf, type SoundAgreement, type SoundBackstop } from './sound.ts'

const checkParties = ({ parties }: SoundAgreement): Problem[] => {
  const sound = itemsOf(parties)
  const unique = checkUnique(
    sound.map(([{ id }, index]) => [id, `/parties/${index}/id`]),
    'party',
  )
  const complete = sound.length === (parties ?? []).length && sound.length >= 2 && sound.every(([{ role }]) => role !== undefined)
  const counted = (role: PartyRole) => sound.filter(([party]) => party.role === role)
  const isTwice = (['guarantor', 'operator'] as const).some((role) => counted(role).length > 1)
  const single = (['guarantor', 'operator'] as const).flatMap((role): Problem[] => {
    const [first, ...more] = counted(role)
    if (first === undefined && complete && !isTwice)
      return [{ pointer: '/parties', message: `name no ${role}: an agreement has one guarantor and one operator` }]
    return more.map(([, index]) => ({
      pointer: `/parties/${index}/role`,
      message: `is ${role} like \`${first![0].id ?? first![1]}\`: an agreement has one guarantor and one operator`,
    }))
  })
  return [...unique, ...single]
}

const checkPlace = ({ zone, currency }: SoundAgreement): Problem[] => [
  ...(zone === undefined || isZone(zone)
    ? []
    : [{ pointer: '/zone', message: `is "${zone}", which is no known time zone: should be an IANA name such as Asia/Jakarta, or UTC` }]),
  ...(currency === undefined || minorDigits(currency) !== undefined
    ? []
    : [{ pointer: '/currency', message: `is "${currency}", which ISO 4217 does not list: should be a code such as USD` }]),
]

const checkTerm = ({ term, zone }: SoundAgreement): Problem[] => {
  const { from, through } = term ?? {}
  if (from === undefined || through === undefined) return []
  if (through < from) return [{ pointer: '/term/through', message: `${through} is before the term starts, ${from}` }]
  const known = zone !== undefined && isZone(zone) ? zone : 'UTC'
  const seconds = endOfDate(through, known) - startOfDate(from, known)
  if (seconds <= spanSecondsMax) return []
  return [
    {
      pointer: '/term/through',
      message: `${through} is ${seconds} s after the start: a term lasts at most ${spanSecondsMax} s, which is 34 years`,
    },
  ]
}

const checkVersion = ({ version, effective, previous, term }: SoundAgreement): Problem[] => {
  if (version === undefined) return []
  const problems: Problem[] = []
  if (version > 1 && previous === undefined)
    problems.push({ pointer: '', message: `\`previous\` is missing: version ${version} names the hash of version ${version - 1}` })
  if (version === 1 && previous !== undefined)
    problems.push({ pointer: '/previous', message: 'version 1 has no version before it: leave `previous` out' })
  if (effective === undefined && version > 1)
    problems.push({ pointer: '', message: `\`effective\` is missing: version ${version} names the date from which it counts` })
  if (effective !== undefined && term?.from !== undefined && version === 1 && effective > term.from)
    problems.push({
      pointer: '/effective',
      message: `${effective} is after the term starts, ${term.from}: version 1 counts from then or before`,
    })
  if (effective !== undefined && term?.through !== undefined && effective > term.through)
    problems.push({ pointer: '/effective', message: `${effective} is after the term ends, ${term.through}` })
  return problems
}

/** A calendar that ends before the last statement can fall due is none: beyond its years nobody knows what a business day is. */
const checkCalendars = ({ settlement, term }: SoundAgreement): Problem[] => {
  const { from, through } = term ?? {}
  const { holidays, workingDays } = settlement?.due ?? {}
  const outside =
    from !== undefined &&
    through !== undefined &&
    (Number(from.slice(0, 4)) < calendarYears.first || Number(through.slice(0, 4)) + 1 > calendarYears.last)
  const ends = itemsOf(settlement?.due?.calendars).flatMap(([name, index]): Problem[] =>
    outside
      ? [
          {
            pointer: `/settlement/due/calendars/${index}`,
            message: `\`${name}\` covers ${calendarYears.first} to ${calendarYears.last}, and the statements of a term from ${from} through ${through} fall due outside it: list the dates under \`holidays\``,
          },
        ]
      : [],
  )
  const both = new Set(itemsOf(holidays).map(([date]) => date))
  const contradicted = itemsOf(workingDays).flatMap(([date, index]): Problem[] =>
    both.has(date)
      ? [{ pointer: `/settlement/due/workingDays/${index}`, message: `${date} is among \`holidays\` too: it is one or the other` }]
      : [],
  )
  return [...ends, ...contradicted]
}

/** The condition that fails where capacity was offered above the list price is one of a backstop. */
const checkClaims = ({ claims, clauses }: SoundAgreement): Problem[] => {
  const { listPrice, listCondition } = claims ?? {}
  const problem = (key: string, message: string): Problem[] => [{ pointer: `/claims/${key}`, message }]
  if (listCondition === undefined) return []
  if (listPrice === undefined) return problem('listCondition', 'has nothing to be held against: write `listPrice` too')
  const conditions = itemsOf(clauses).flatMap(([clause]) => itemsOf((clause as SoundBackstop).conditions).flatMap(([{ id }]) => id ?? []))
  return conditions.includes(listCondition) ? [] : problem('listCondition', makeUnknown('condition', conditions)(listCondition))
}

const leadsSomewhere = (document: Json, pointer: string): boolean => {
  let at: Json | undefined = document
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key) || key === 'length') return false
    at = (at as Readonly<Record<string, Json | undefined>>)[key]
  }
  return at !== undefined
}

/** Each source speaks of a place that is there, and of each place one. */
export const checkSources = (document: Pick<SoundAgreement, 'sources'>, written: Json): Problem[] => [
  ...itemsOf(document.sources).flatMap(([{ at }, index]): Problem[] =>
    at === undefined || leadsSomewhere(document as Json, at) || leadsSomewhere(written, at)
      ? []
      : [{ pointer: `/sources/${index}/at`, message: `"${at}" leads nowhere in this document: should be the pointer of a term` }],
  ),
  ...checkUnique(
    itemsOf(document.sources).map(([{ at }, index]) => [at, `/sources/${index}/at`]),
    'source',
  ),
]

/** What a document's parts must be to each other, checked on its sound part. `written` is the document as given, `pools` how many it wrote. */
export const checkDocument = (document: SoundAgreement, written: Json, pools: number, kinds: readonly TermsKind[]): Problem[] => {
  const dated = { ...document, term: termOf(document) }
  return [
    ...checkParties(document),
    ...checkPlace(document),
    ...checkTerm(document),
    ...checkVersion(dated),
    ...checkBlocks(dated, pools),
    ...checkClauses(dated, kinds),
    ...checkCalendars(dated),
    ...checkClaims(dated),
    ...checkSources(document, written),
  ]
}
