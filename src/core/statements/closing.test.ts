import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  approvalRefusal,
  outdatedRefusal,
  isApprovedByBoth,
  isLive,
  prepareRefusal,
  returnRefusal,
  sides,
  type Closing,
  type DraftState,
  type ForSide,
} from './closing.ts'
import { stepsOf, type MonthKnown } from './progress.ts'

const hash = 'a'.repeat(64)
const seldom = fc.constantFrom(false, false, false, false, true)
const often = seldom.map((each) => !each)
const anyVersion = fc.constantFrom(1, 2, 2, 2, 3)
const anyDraft: fc.Arbitrary<DraftState> = fc
  .record({
    version: anyVersion,
    preparedBy: fc.constantFrom('ann', 'bob'),
    operator: fc.option(fc.constantFrom('ann', 'bob', 'cat'), { nil: undefined }),
    guarantor: fc.option(fc.constantFrom('cat', 'gil'), { nil: undefined }),
    isReturned: seldom,
    isOvertaken: seldom,
  })
  .map(({ version, preparedBy, operator, guarantor, isReturned, isOvertaken }) => ({
    version,
    hash,
    net: '10.00',
    preparedBy,
    isReturned,
    isOvertaken,
    approvals: [
      ...(operator === undefined ? [] : [{ side: 'operator' as const, by: operator }]),
      ...(operator === undefined || guarantor === undefined ? [] : [{ side: 'guarantor' as const, by: guarantor }]),
    ],
  }))
const anyClosing: fc.Arbitrary<Closing> = fc
  .record({ latest: fc.option(anyDraft, { nil: undefined }), isFinal: seldom })
  .map((known) => ({ agreement: 'x', month: '2026-07', ...known }))
const anyWho: fc.Arbitrary<ForSide> = fc.record({
  by: fc.constantFrom('ann', 'bob', 'cat', 'gil', 'hal'),
  isPerson: often,
  side: fc.constantFrom('operator', 'guarantor', undefined),
})
const anySaid = fc.record({
  version: anyVersion,
  net: fc.constantFrom('10.00', ' 10.00', '10.0', '10'),
  hash: fc.constantFrom(hash, hash, hash, 'b'.repeat(64)),
})

test('S21 an approval is taken exactly from a person of a side that has not approved, in turn, of what is shown and typed, and who did nothing else for it', () => {
  let taken = 0
  fc.assert(
    fc.property(anyClosing, anyWho, anySaid, (closing, who, said) => {
      const { latest, isFinal } = closing
      const isAllowed =
        !isFinal &&
        latest !== undefined &&
        !latest.isReturned &&
        !latest.isOvertaken &&
        said.version === latest.version &&
        said.hash === latest.hash &&
        said.net.trim() === latest.net &&
        who.isPerson &&
        who.side !== undefined &&
        ![latest.preparedBy, ...latest.approvals.map(({ by }) => by)].includes(who.by) &&
        latest.approvals.length === sides.indexOf(who.side)
      taken += isAllowed ? 1 : 0
      assert.equal(approvalRefusal(closing, who, said) === undefined, isAllowed)
    }),
    { numRuns: 20_000 },
  )
  assert.ok(taken > 50, `${taken} were taken`)
})

test('S21 what both approved is neither sent back nor prepared anew while it is closed', () => {
  fc.assert(
    fc.property(anyClosing, anyWho, (closing, who) => {
      const { latest, isFinal } = closing
      const closingNow = latest !== undefined && !latest.isOvertaken && isApprovedByBoth(latest)
      assert.equal(prepareRefusal(closing) === undefined, !isFinal && !closingNow)
      if (latest === undefined) return
      const isAllowed = !isFinal && isLive(latest) && !closingNow && who.isPerson && who.side !== undefined
      assert.equal(returnRefusal(closing, who, latest.version) === undefined, isAllowed)
    }),
    { numRuns: 5000 },
  )
})

test('S25 a step of a final month that it became final without says so, and no other does', () => {
  const final: Closing = { agreement: 'sharon-ai', month: '2026-07', latest: undefined, isFinal: true }
  const feed = { source: 'slurm', isNeeded: true, isIn: true }
  const claim = { isVerified: true, findings: 3, undecided: 0 }
  const whole: MonthKnown = { closing: final, isOver: true, openBefore: undefined, feeds: [feed], differences: 0, claim }
  const warned = (more: Partial<MonthKnown>) =>
    stepsOf({ ...whole, ...more }).flatMap(({ step, state, left }) => (state === 'done' && left !== undefined ? [step] : []))
  assert.deepEqual(warned({}), [])
  assert.deepEqual(warned({ feeds: [{ ...feed, isIn: false }] }), ['feeds'])
  assert.deepEqual(warned({ feeds: [] }), ['feeds'])
  assert.deepEqual(warned({ differences: undefined }), ['reconciled'])
  assert.deepEqual(warned({ claim: { ...claim, isVerified: false } }), ['claim'])
  assert.deepEqual(warned({ claim: { ...claim, undecided: 1 } }), ['claim'])
  // Nothing to claim, and no source to tell of it.
  assert.deepEqual(warned({ feeds: [], claim: undefined }), [])
})

test('S22 of the seven steps exactly one is to be done now, until all are done', () => {
  const anyKnown: fc.Arbitrary<MonthKnown> = fc.record({
    closing: anyClosing,
    isOver: fc.boolean(),
    openBefore: fc.constantFrom('2026-06', undefined),
    feeds: fc.array(fc.record({ source: fc.string(), isNeeded: fc.boolean(), isIn: fc.boolean() }), { maxLength: 3 }),
    differences: fc.constantFrom(null, undefined, 0, 3),
    claim: fc.constantFrom(
      undefined,
      { isVerified: false, findings: 0, undecided: 0 },
      { isVerified: true, findings: 3, undecided: 1 },
      { isVerified: true, findings: 3, undecided: 0 },
    ),
  })
  fc.assert(
    fc.property(anyKnown, (known) => {
      // Nothing is prepared before its time: a draft is of a month that is over and whose turn it is.
      fc.pre(known.closing.latest === undefined || (known.isOver && known.openBefore === undefined))
      const steps = stepsOf(known)
      assert.equal(steps.length, 7)
      const current = steps.filter(({ state }) => state === 'current')
      assert.equal(current.length, known.closing.isFinal ? 0 : 1)
      for (const step of current) assert.ok(step.left !== undefined)
      if (known.closing.isFinal) for (const { step, state } of steps) assert.ok(state === 'done' || step === 'reconciled', step)
    }),
    { numRuns: 5000 },
  )
})

test('S29 what came since is refused by how much and of what, until somebody says that they know', () => {
  const came = [
    { kind: 'allocation', subject: 'syd', readings: 2 },
    { kind: 'outage', subject: 'syd-a', readings: 1 },
  ]
  assert.equal(outdatedRefusal(1, { readings: [], terms: false }, false), undefined)
  const refused = outdatedRefusal(1, { readings: came, terms: false }, false)!
  assert.equal(refused.kind, 'overtaken')
  assert.match(
    refused.message,
    /^3 readings came since version 1 was prepared: 2 of allocation syd, 1 of outage syd-a\. .*prepare it again, or/,
  )
  assert.match(outdatedRefusal(4, { readings: [], terms: true }, false)!.message, /^Another version of the terms came since version 4 was/)
  assert.equal(outdatedRefusal(1, { readings: came, terms: true }, true), undefined)
})

test('S22 the feeds step says what is true of the sources: none, none of sales, or not to the end', () => {
  const closing: Closing = { agreement: 'x', month: '2026-07', latest: undefined, isFinal: false }
  const left = (feeds: MonthKnown['feeds']): string =>
    stepsOf({ closing, isOver: true, openBefore: undefined, feeds, differences: undefined, claim: undefined })[1]!.left ?? ''
  const site = { source: 'site', isNeeded: false, isIn: true }
  assert.match(left([]), /^No source has told of this month: everything/)
  assert.match(
    left([site]),
    /^No source has told of sales in this month, only site of other things: all accepted capacity would count as unsold/,
  )
  assert.match(left([site, { source: 'slurm', isNeeded: true, isIn: false }]), /^Not told to the end of the month: slurm/)
})

test('S4 a refusal sets the thousands of an amount apart, as the statement does', () => {
  const latest = { version: 1, hash, net: '16096464.00', preparedBy: 'ann', approvals: [], isReturned: false, isOvertaken: false }
  const closing: Closing = { agreement: 'x', month: '2026-07', latest, isFinal: false }
  const refused = approvalRefusal(closing, { by: 'bob', isPerson: true, side: 'operator' }, { version: 1, net: '16096464.01', hash })
  assert.equal(refused?.message, 'You typed 16096464.01; version 1 comes to 16,096,464.00. Look again.')
})
