import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MembershipWire } from '../wire/access.ts'
import type { NeedWire } from '../wire/today.ts'
import { needInWords } from './need-words.ts'

const acting = (party: string, role: MembershipWire['role']) => ({ party, role }) as MembershipWire
const [operator, guarantor, lender] = [acting('cloud', 'operator'), acting('chips', 'guarantor'), acting('bank', 'lender')]
const month = (stage: NonNullable<NeedWire['stage']>, amount: string | null): NeedWire =>
  ({
    kind: 'month',
    agreement: 'a',
    title: 'A',
    month: '2026-11',
    operator: 'cloud',
    guarantor: 'chips',
    daysLeft: -4,
    stage,
    by: stage === 'open' ? null : { id: 'usr_ann', name: 'Ann' },
    amount,
  }) as NeedWire
const said = (need: NeedWire) =>
  [
    [operator, 'usr_bob'],
    [operator, 'usr_ann'],
    [guarantor, 'usr_gil'],
    [lender, 'usr_lou'],
  ].map(([who, person]) => needInWords(need, who as MembershipWire, person as string).verb)

test('CO64 each stage of a month is said in the verb of whoever looks, and nobody is told to approve what they made', () => {
  assert.deepEqual(said(month('open', null)), ['Close', 'Close', 'Await close', 'Await close'])
  assert.deepEqual(said(month('prepared', '1.00')), ['Approve', 'Await approval', 'Await approval', 'Await approval'])
  assert.deepEqual(said(month('approved-by-operator', '1.00')), ['Await approval', 'Await approval', 'Approve', 'Await approval'])
  assert.deepEqual(said(month('returned', null)), ['Prepare again', 'Prepare again', 'Await close', 'Await close'])
  assert.deepEqual(said(month('overtaken', null)), ['Prepare again', 'Prepare again', 'Await close', 'Await close'])
  assert.deepEqual(said(month('closing', '1.00')), ['Await close', 'Await close', 'Await close', 'Await close'])
})

test('CO64 a month says who brought it so far', () => {
  const note = (need: NeedWire) => needInWords(need, operator, 'usr_bob').note
  assert.equal(note(month('open', null)), 'over for 4 days, not final')
  assert.equal(note(month('prepared', '1.00')), 'prepared by Ann; the operator approves first')
  assert.equal(note(month('approved-by-operator', '1.00')), 'approved by Ann for the operator')
  assert.equal(note(month('returned', null)), 'sent back by Ann')
})

test('CO64 a covenant says how far its ratio is from its level; who borrowed cures it', () => {
  const need = (actual: string): NeedWire =>
    ({
      kind: 'covenant',
      agreement: 'a',
      title: 'A',
      month: '2026-09',
      operator: 'cloud',
      guarantor: 'chips',
      clause: 'loan',
      name: 'DSCR lock-up',
      actual,
      required: '23/20',
    }) as NeedWire
  const of = (who: MembershipWire, actual: string) => {
    const { verb, what, note } = needInWords(need(actual), who, 'usr_bob')
    return [verb, what, note]
  }
  const what = 'A: loan, DSCR lock-up'
  assert.deepEqual(of(operator, '6/5'), ['Watch', what, 'near: 1.2000, not below 1.1500; tested September 2026'])
  assert.deepEqual(of(operator, '23/20'), ['Watch', what, 'near: 1.1500, not below 1.1500; tested September 2026'])
  assert.deepEqual(of(operator, '11/10'), ['Cure', what, 'broken: 1.1000, not below 1.1500; tested September 2026'])
  assert.deepEqual(
    [of(guarantor, '1'), of(lender, '1')].map(([verb]) => verb),
    ['Watch', 'Look into'],
  )
})

test('CO67 findings that were asked about are for the guarantor to await and for the operator to look at: what answers is readings', () => {
  const need = (kind: 'findings' | 'answer'): NeedWire =>
    ({ kind, agreement: 'a', title: 'A', month: '2026-10', operator: 'cloud', guarantor: 'chips', count: 2 }) as NeedWire
  const of = (kind: 'findings' | 'answer', who: MembershipWire) => {
    const { verb, note } = needInWords(need(kind), who, 'usr_bob')
    return [verb, note]
  }
  assert.deepEqual(of('answer', operator), ['Look at', '2 findings asked about; readings answer'])
  assert.deepEqual(of('answer', guarantor), ['Await answer', '2 findings asked about; readings answer'])
  assert.deepEqual(of('findings', operator), ['Look at', '2 findings'])
  assert.deepEqual(of('findings', guarantor), ['Decide', '2 findings'])
})
