import type { Problem } from '../base/problem.ts'
import { compare, decimal } from '../base/rational.ts'
import { addDays } from '../base/time.ts'
import { checkAmount, checkSteps, checkUnique, makeUnknown, valuesOf } from '../terms/check-values.ts'
import { below } from '../terms/conform.ts'
import { limits } from '../terms/limits.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { datesOfRule, type Election, type ObligationGuarantee, type RuleTerm } from './guarantee-terms.ts'

type SoundGuarantee = Sound<ObligationGuarantee>

/** A due date has to leave time to call the payment before the clause ends. */
const checkDue = ({ from, through, cureDays }: SoundGuarantee, due: string | undefined, pointer: string): Problem[] => {
  if (due === undefined || from === undefined || through === undefined) return []
  if (due < from) return [{ pointer, message: `${due} is before the clause starts, ${from}` }]
  if (due > through) return [{ pointer, message: `${due} is after the clause ends, ${through}` }]
  const callable = addDays(due, (cureDays ?? 0) + 1)
  if (callable <= through) return []
  const message = `what is due on ${due} can be called from ${callable}, after the clause ends, ${through}: let the clause run until then`
  return [{ pointer, message }]
}

const checkRule = (clause: SoundGuarantee, rule: Sound<RuleTerm>, pointer: string, currency: string | undefined): Problem[] => {
  const { start, through, every: often } = rule
  const amount = checkAmount(rule.amount, below(pointer, 'amount'), currency)
  if (start === undefined || through === undefined || often === undefined) return amount
  if (through < start)
    return [...amount, { pointer: below(pointer, 'through'), message: `${through} is before the first payment, ${start}` }]
  const dates = datesOfRule({ ...(rule as RuleTerm), start, through, every: often })
  if (dates.length > limits.steps)
    return [...amount, { pointer: below(pointer, 'through'), message: `makes more than ${limits.steps} payments: end it before` }]
  const last = dates.at(-1)!.due
  return [
    ...amount,
    ...checkDue(clause, start, below(pointer, 'start')),
    ...(last === start ? [] : checkDue(clause, last, below(pointer, 'through'))),
  ]
}

const checkObligation = (clause: SoundGuarantee, pointer: string, currency: string | undefined): Problem[] => {
  const { payments, rule } = clause.obligation ?? {}
  const all = below(pointer, 'payments')
  return [
    ...(rule === undefined ? [] : checkRule(clause, rule, below(pointer, 'rule'), currency)),
    ...checkUnique(
      itemsOf(payments).map(([{ id }, index]) => [id, below(below(all, index), 'id')]),
      'payment',
    ),
    ...itemsOf(payments).flatMap(([{ due, amount }, index]) => [
      ...checkDue(clause, due, below(below(all, index), 'due')),
      ...checkAmount(amount, below(below(all, index), 'amount'), currency),
    ]),
  ]
}

const checkCap = (clause: SoundGuarantee, pointer: string, currency: string | undefined): Problem[] => {
  const values = valuesOf<string>(clause.cap, below(pointer, 'cap'))
  const rises = values.slice(1).flatMap(([value, at], index): Problem[] => {
    const [before] = values[index]!
    if (clause.amortising !== true || compare(decimal(value), decimal(before)) <= 0) return []
    return [{ pointer: at, message: `rises from "${before}" to "${value}": a cap that is \`amortising: true\` never does` }]
  })
  return [...checkSteps(clause, 'cap', clause.cap, pointer), ...values.flatMap(([value, at]) => checkAmount(value, at, currency)), ...rises]
}

const checkElections = (clause: SoundGuarantee, pointer: string): Problem[] => {
  const offered = clause.elections
  if (offered === undefined) return []
  const speaksOf = (key: 'discountedRent' | 'terminationFee', election: Election): Problem[] =>
    clause[key] === undefined || offered.includes(election)
      ? []
      : [{ pointer: below(pointer, key), message: `\`${election}\` is not among \`elections\`: offer it, or leave this out` }]
  const chooses = offered.some((election) => election !== null && election !== 'pay')
  return [
    ...speaksOf('discountedRent', 'assume'),
    ...speaksOf('terminationFee', 'termination-fee'),
    ...(chooses && clause.electionDays === undefined
      ? [{ pointer, message: '`electionDays` is missing: say within how many days after a call the guarantor elects' }]
      : []),
  ]
}

const checkFee = (clause: SoundGuarantee, pointer: string, { parties }: SoundAgreement): Problem[] => {
  const at = below(pointer, 'feePayer')
  const payer = clause.feePayer
  const steps = checkSteps({ from: clause.from }, 'bps', clause.fee?.bps, below(pointer, 'fee'))
  if (payer === undefined) return steps
  if (clause.fee === undefined) return [...steps, { pointer: at, message: 'there is no `fee` to pay: say what it is, or leave this out' }]
  const names = itemsOf(parties).flatMap(([{ id }]) => (id === undefined ? [] : [id as string]))
  if (names.length !== (parties ?? []).length) return steps
  if (!names.includes(payer)) return [...steps, { pointer: at, message: makeUnknown('party', names)(payer) }]
  return payer === clause.payer
    ? [...steps, { pointer: at, message: `\`${payer}\` is the guarantor and earns the fee: name who pays it` }]
    : steps
}

export const checkGuarantee = (clause: SoundGuarantee, pointer: string, document: SoundAgreement): Problem[] => [
  ...checkObligation(clause, below(pointer, 'obligation'), document.currency),
  ...checkCap(clause, pointer, document.currency),
  ...checkElections(clause, pointer),
  ...checkAmount(clause.terminationFee, below(pointer, 'terminationFee'), document.currency),
  ...checkFee(clause, pointer, document),
]
