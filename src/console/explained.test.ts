import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { lineOf, statementOf } from '../../test/stated.ts'
import { scheduleOfText, settleMonths } from '../../test/settling.ts'
import type { PartyId } from '../core/base/id.ts'
import { fixed } from '../core/base/rational.ts'
import { totalsOf } from '../core/statements/totals.ts'
import type { Statement } from '../core/statements/statement.ts'
import type { StatementWire } from '../wire/statement.ts'
import { explainedOf } from './explained.ts'
import { check } from './tree.ts'

const names = ['chips', 'cloud', 'land', 'bank'] as const
const parties = names.map((id) => ({ id: id as PartyId, name: id, role: 'lender' as const }))
const [guarantor, operator] = [parties[0]!, parties[1]!]

const netOf = (statement: Statement) => {
  const wire = statement as unknown as StatementWire
  return { explained: explainedOf(wire, 'net')!, verdict: check(explainedOf(wire, 'net')!, wire.currency) }
}
/** Numbers of the lines below a side of the net, first who pays it. */
const linesBelow = ({ explained }: ReturnType<typeof netOf>): string[] =>
  explained.reasons.flatMap(({ children = [] }) => children.map(({ word }) => /^Line \d+/.exec(word)![0]))

test('CO66 the net adds up from its lines, whoever else pays whom on the statement, and no line of others is among them', () => {
  const owed = fc.record({
    payer: fc.constantFrom(...names),
    payee: fc.constantFrom(...names),
    minor: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    held: fc.constant(0n),
  })
  fc.assert(
    fc.property(fc.array(owed, { maxLength: 8 }), fc.boolean(), (all, netting) => {
      const lines = all.filter(({ payer, payee }) => payer !== payee)
      const stated = statementOf({
        guarantor,
        operator,
        parties,
        lines: lines.map(({ payer, payee, minor }, i) =>
          lineOf(i + 1, { payer: payer as PartyId, payee: payee as PartyId, amount: fixed(minor, 2) }),
        ),
        totals: totalsOf({ guarantor, operator, parties, netting, currency: 'USD' }, lines),
      })
      const net = netOf(stated)
      assert.deepEqual(net.verdict, { adds: true })
      const between = lines.flatMap(({ payer, payee }, i) =>
        [payer, payee].every((id) => id === 'chips' || id === 'cloud') ? [`Line ${i + 1}`] : [],
      )
      assert.deepEqual(linesBelow(net).toSorted(), between.toSorted())
    }),
  )
})

test('CO66 the net of a month in which a guarantor pays a landlord, as it is settled, is made of what it owes the operator alone', () => {
  const document = fs.readFileSync(join(import.meta.dirname, '../../examples/lease-guarantees.yaml'), 'utf8')
  const schedule = scheduleOfText(JSON.stringify(parse(document)))
  // The rent of 15 March 2026 is not paid, and called after thirty days in which it could have been cured.
  const event = (id: string, what: string, at: string, of: string) => ({
    kind: 'event',
    source: 'agent',
    id,
    clause: 'first-lease',
    event: what,
    of,
    at: `${at}T12:00:00Z`,
  })
  const statements = settleMonths(
    schedule,
    [
      event('1', 'default', '2026-03-16', 'rent-2026-03'),
      event('2', 'call', '2026-04-20', 'rent-2026-03'),
      event('3', 'election', '2026-05-10', 'pay'),
    ],
    {
      from: '2026-02',
      through: '2026-06',
    },
  )
  const called = statements.filter(({ lines }) => lines.some(({ payee }) => payee === 'first-landlord'))
  assert.ok(called.length > 0, statements.flatMap(({ lines }) => lines.map(({ text, payee }) => `${text} ${payee}`)).join('; '))
  for (const statement of called) {
    const net = netOf(statement)
    assert.deepEqual(net.verdict, { adds: true })
    // The fee of the operator, and none of the rent.
    const fees = statement.lines.filter(({ payer }) => payer === 'lease-cloud').map(({ number }) => `Line ${number}`)
    assert.deepEqual(linesBelow(net), fees)
  }
})
