// Breaks one rule at a time, in a copy, and expects the law that guards it to fail. A law that survives is no law.
// Run: npm run break-rules; or with words, such as npm run break-rules -- API40 AP21, for the laws in which a word begins so.
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { accessBreaks } from './access-breaks.ts'
import { closeBreaks } from './close-breaks.ts'
import { consoleBreaks } from './console-breaks.ts'
import { fleetBreaks } from './fleet-breaks.ts'
import { ingestBreaks } from './ingest-breaks.ts'
import { personBreaks } from './person-breaks.ts'
import { rackBreaks } from './rack-breaks.ts'
import { schedulerBreaks } from './scheduler-breaks.ts'
import { supportBreaks } from './support-breaks.ts'
import { tableBreaks } from './table-breaks.ts'
import { telemetryBreaks } from './telemetry-breaks.ts'
import { viewBreaks } from './view-breaks.ts'
import { webhookBreaks } from './webhook-breaks.ts'

type Break = Readonly<{ law: string; test: string; file: string; find: string; put: string }>

const settlement = 'src/core/settlement'
const laws = `${settlement}/laws.test.ts`
const debt = `${settlement}/debt-facility.test.ts`
const campus = 'src/server/campus'
const breaks: readonly Break[] = [
  {
    law: 'CA2 what stands is whole racks',
    test: `${campus}/campus.test.ts`,
    file: `${campus}/layout.ts`,
    find: 'countsInFullPercent * gpus) racks -= 1',
    put: 'countsInFullPercent * gpus) break',
  },
  {
    law: 'CA3 no GPU is sold twice',
    test: `${campus}/campus.test.ts`,
    file: `${campus}/floor.ts`,
    find: 'floor.placement.stop(each)',
    put: 'void floor.placement',
  },
  {
    law: 'CA5 what an order keeps',
    test: `${campus}/campus.test.ts`,
    file: `${campus}/buyers.ts`,
    find: 'racks: racks.slice(end, end + count)',
    put: 'racks: racks.slice(Math.max(0, end - 1), Math.max(0, end - 1) + count)',
  },
  {
    law: 'CA6 a job goes to the fullest rack',
    test: `${campus}/placement.test.ts`,
    file: `${campus}/placement.ts`,
    find: 'free[node]! < least) [best, least]',
    put: 'free[node]! > 0) [best, least]',
  },
  {
    law: 'CA7 failures come at the published rate',
    test: `${campus}/campus.test.ts`,
    file: `${campus}/works.ts`,
    find: 'layout.gpus * failuresPerGpuHour + rng()',
    put: 'layout.gpus * failuresPerGpuHour',
  },
  {
    law: 'CA8 each day a tenant is charged',
    test: `${campus}/campus.test.ts`,
    file: `${campus}/billing.ts`,
    find: 'since[tenant] = at',
    put: 'since[tenant] = Math.max(at, since[tenant]!) + 1',
  },
  {
    law: 'CA10 rows agree with what every GPU did',
    test: `${campus}/telemetry-rows.test.ts`,
    file: `${campus}/telemetry-rows.ts`,
    find: 'if (since[which]! >= 0) since[which] = at',
    put: 'if (since[which]! < 0) since[which] = -1',
  },
  {
    law: 'CA13 through the store too',
    test: 'test/campus-law.test.ts',
    file: 'src/server/store/allocations-out.ts',
    find: 'rest = bytes.subarray(at)',
    put: 'rest = bytes.subarray(bytes.length)',
  },
  {
    law: 'M1 the line of an allocation',
    test: 'src/core/meter/parse.test.ts',
    file: 'src/core/meter/parse-line.ts',
    find: '[0-5]\\\\d:[0-5]\\\\dZ',
    put: '\\\\d\\\\d:\\\\d\\\\dZ',
  },
  {
    law: 'M7 an allocation handed over as a row',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/evidence.ts',
    find: 'room[start + i] = bytes[at + i]!',
    put: 'room[start + i] = bytes[i]!',
  },
  {
    law: 'M8 what comes by the million',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/columns.ts',
    find: 'tally.sum = add(tally.sum, sumOf(columns))',
    put: 'tally.sum = sumOf(columns)',
  },
  {
    law: 'M19 evidence is the count',
    test: 'src/core/meter/evidence.test.ts',
    file: 'src/core/meter/evidence.ts',
    find: 'if (bytes[atA + i] !== bytes[atB + i]) return',
    put: 'if (i < 31 && bytes[atA + i] !== bytes[atB + i]) return',
  },
  {
    law: 'B5 so they do where seconds are many',
    test: 'src/core/base/steps.test.ts',
    file: 'src/core/base/from-intervals.ts',
    find: 'changes[to]! -= count',
    put: 'changes[to]! -= 1',
  },
  {
    law: 'ST3 Q never exceeds unsold',
    test: laws,
    file: `${settlement}/quantity.ts`,
    find: 'const unsold = Math.max(0, xs[i]!)',
    put: 'const unsold = Math.abs(xs[i]!)',
  },
  {
    law: 'ST3 instant ≥ hour ≥ day ≥ period',
    test: laws,
    file: `${settlement}/quantity.ts`,
    find: 'return hourEdges(span, zone)',
    put: 'return Float64Array.of(span.from, span.to)',
  },
  {
    law: 'ST3 ST5 the engine agrees with a plain walk',
    test: laws,
    file: `${settlement}/caps.ts`,
    find: "const drawOf = (cap: Cap, { quantity, price }: Ask) => (cap.unit === 'minor' ? times(quantity, price) : quantity)",
    put: 'const drawOf = (_: Cap, { quantity, price }: Ask) => times(quantity, price)',
  },
  {
    law: 'ST5 caps are never exceeded',
    test: laws,
    file: `${settlement}/backstop.ts`,
    find: "cap.unit === 'minor' ? rational(line.minor)",
    put: "cap.unit === 'minor' ? nought",
  },
  {
    law: 'ST11 cutting a period changes nothing',
    test: laws,
    file: `${settlement}/slice.ts`,
    find: 'walk.continuous ?',
    put: 'false ?',
  },
  {
    law: 'ST12 more sold never raises',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'subtract(offeredOf(delivery), offsettingOf(delivery))',
    put: 'add(offeredOf(delivery), offsettingOf(delivery))',
  },
  {
    law: 'ST4 a failing condition or missing evidence',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'add(except(x, fails), where(negative(x), fails))',
    put: 'except(x, fails)',
  },
  {
    law: 'ST4 a failing condition or missing evidence',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'minimum(xProven, x(block.presumed))',
    put: 'xProven',
  },
  {
    law: 'ST12 more available never pays less',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'minimum(inside(available), committed)',
    put: 'subtract(committed, subtract(inside(available), zero))',
  },
  {
    law: 'ST13 scaling',
    test: laws,
    file: `${settlement}/quantity.ts`,
    find: 'Math.min(ks[i]!, unsold)',
    put: 'Math.min(ks[i]! - 1, unsold)',
  },
  {
    law: 'ST1 replay is byte-identical',
    test: laws,
    file: `${settlement}/backstop.ts`,
    find: 'const block = facts.blocks.find((each) => each.block === covered.block)',
    put: 'const block = facts.blocks[clause.covers.indexOf(covered)]',
  },
  {
    law: 'ST7 each line is within one unit',
    test: `${settlement}/period.test.ts`,
    file: `${settlement}/round.ts`,
    find: 'exact.map(roundHalfEven)',
    put: 'exact.map((each) => roundHalfEven(each) + 1n)',
  },
  {
    law: 'ST14 the reasons of every line',
    test: laws,
    file: `${settlement}/explain-claim.ts`,
    find: 'scaled(quantity.beyond)',
    put: 'scaled(0)',
  },
  {
    law: 'M6 accepted = sold + unsold',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/health.ts',
    find: 'unavailable: subtract(out, planned),',
    put: 'unavailable: out,',
  },
  {
    law: 'M7 neither order nor batches',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/sales.ts',
    find: 'if (ofOrder === undefined) log.orders.set(order,',
    put: 'if (ofOrder === undefined || reserved) log.orders.set(order,',
  },
  {
    law: 'M5 the order of arrival does not matter, and a repeat changes nothing',
    test: 'src/core/meter/collate.test.ts',
    file: 'src/core/meter/collate.ts',
    find: 'if (before.digest === each.digest || conflict?.digests.has(each.digest) === true) repeats += 1',
    put: 'if (conflict?.digests.has(each.digest) === true) repeats += 1',
  },
  {
    law: 'M14 scaling every count',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/health.ts',
    find: 'minimum(curtailed, positive(available))',
    put: 'minimum(curtailed, indicator(available))',
  },
  {
    law: 'CAP5 CAP6 no room is overfilled',
    test: 'src/core/capacity/attribute.test.ts',
    file: 'src/core/capacity/attribute.ts',
    find: 'rooms[i]! * (2 * given[best]! + 1) > rooms[best]! * (2 * given[i]! + 1)',
    put: 'rooms[i]! > rooms[best]!',
  },
  {
    law: 'L1 a journal that is off',
    test: 'src/core/ledger/ledger.test.ts',
    file: 'src/core/ledger/journal.ts',
    find: 'if (sum !== 0n) wrong',
    put: 'if (sum > 0n) wrong',
  },
  {
    law: 'PO3 accruals tie to the totals',
    test: 'src/core/posting/post.test.ts',
    file: 'src/core/posting/post.ts',
    find: '[entry(receivable(side), line.minor), entry(below(sides.payee, stated.agreement), -line.minor)]',
    put: '[entry(receivable(side), 2n * line.minor), entry(below(sides.payee, stated.agreement), -2n * line.minor)]',
  },
  {
    law: 'S14 totals are the sums',
    test: 'src/core/statements/draw-up.test.ts',
    file: 'src/core/statements/totals.ts',
    find: 'line.payer === payer && line.payee === payee).reduce(',
    put: 'line.payer === payer && line.payee === payee).slice(1).reduce(',
  },
  {
    law: 'RF1 never both ways at once',
    test: `${settlement}/revenue-floor.test.ts`,
    file: `${settlement}/revenue-floor.ts`,
    find: 'const exact = greatest(nought, short)',
    put: 'const exact = short',
  },
  {
    law: 'RF1 never both ways at once',
    test: `${settlement}/revenue-floor.test.ts`,
    file: `${settlement}/revenue-floor.ts`,
    find: 'const floor = times(share, forecast.value)',
    put: 'const floor = forecast.value',
  },
  {
    law: 'RF2 alike below and above',
    test: `${settlement}/revenue-band.test.ts`,
    file: `${settlement}/revenue-band.ts`,
    find: 'const reached = least(distance, to)',
    put: 'const reached = distance',
  },
  {
    law: 'RF2 bands that touch',
    test: `${settlement}/revenue-band.test.ts`,
    file: `${settlement}/revenue-band.ts`,
    find: 'const inside = minus(reached, from)',
    put: 'const inside = reached',
  },
  {
    law: 'RF3 a short period',
    test: `${settlement}/revenue-floor.test.ts`,
    file: `${settlement}/forecast.ts`,
    find: 'const scale = rational(span.to - span.from, fullSeconds)',
    put: 'const scale = rational(span.to - span.from, to - from)',
  },
  {
    law: 'RF4 a receipt counts evenly',
    test: `${settlement}/revenue-floor.test.ts`,
    file: `${settlement}/forecast.ts`,
    find: 'if (seconds === line.to - line.from)',
    put: 'if (seconds > 0)',
  },
  {
    law: 'RF8 is the mean over the days',
    test: `${settlement}/price.test.ts`,
    file: 'src/core/terms/indexed.ts',
    find: 'last.days + 1',
    put: 'last.days',
  },
  {
    law: 'RF8 is the mean over the days',
    test: `${settlement}/price.test.ts`,
    file: 'src/core/terms/indexed.ts',
    find: 'greatest(linked, terms.floor)',
    put: 'linked',
  },
  {
    law: 'RF9 one that never moves',
    test: `${settlement}/price.test.ts`,
    file: 'src/core/terms/indexed.ts',
    find: 'compare(last.value[0]!.value, reckoned.price) === 0',
    put: 'last === undefined',
  },
  {
    law: 'RF10 keeps the month open',
    test: `${settlement}/price.test.ts`,
    file: 'src/core/terms/indexed.ts',
    find: 'daysBetween(latest.date, day) > staleDays',
    put: 'daysBetween(latest.date, day) > staleDays + 1',
  },
  {
    law: 'TP4 TP5 the engine agrees with a queue',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/bank.ts`,
    find: 'isLast || ends <= to',
    put: 'isLast || ends < to',
  },
  {
    law: 'TP4 units are conserved',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/bank.ts`,
    find: 'least(wanted, lot.units)',
    put: 'wanted',
  },
  {
    law: 'TP4 older lots are drawn before',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/purchase.ts`,
    find: '[...readBank(opening), ...newLot(work, short)]',
    put: '[...newLot(work, short), ...readBank(opening)]',
  },
  {
    law: 'TP6 taking more never makes',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/purchase.ts`,
    find: 'const rate = least(lot.price, take.priceValue)',
    put: 'const rate = plus(lot.price, take.priceValue)',
  },
  {
    law: 'TP1 ST1 the same facts in any order',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/take.ts`,
    find: 'rational(seconds, to - from)',
    put: 'rational(Math.min(seconds, 86_400), to - from)',
  },
  {
    law: 'TP3 what is taken and excused',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/take.ts`,
    find: 'minimum(unavailable, positive(',
    put: 'maximum(unavailable, positive(',
  },
  {
    law: 'TP10 what is promised is what is owed',
    test: `${settlement}/take-or-pay.test.ts`,
    file: `${settlement}/purchase.ts`,
    find: 'const rest = { ...clause,',
    put: "const rest = { ...clause, period: 'month' as const,",
  },
  {
    law: 'TP8 whatever is sold on',
    test: `${settlement}/capacity-leaseback.test.ts`,
    file: `${settlement}/purchase.ts`,
    find: 'least(gross, proceeds)',
    put: 'proceeds',
  },
  {
    law: 'TP9 drawn, returned and left',
    test: `${settlement}/prepayment.test.ts`,
    file: `${settlement}/prepayment.ts`,
    find: 'least(amount, balance)',
    put: 'amount',
  },
  {
    law: 'TP9 ST1 the order of invoices',
    test: `${settlement}/prepayment.test.ts`,
    file: `${settlement}/prepayment.ts`,
    find: '.toSorted(([a], [b]) => (a < b ? -1 : 1))',
    put: '.toReversed()',
  },
  {
    law: 'SL1 the credit is of the lowest threshold',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/service-level.ts`,
    find: 'compare(availability, below) < 0',
    put: 'compare(availability, below) <= 0',
  },
  {
    law: 'SL2 the shortfalls of all orders add up',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/shortfall.ts`,
    find: 'shared!.add(free, seconds, Math.min(rest, open), open)',
    put: 'shared!.add(own, seconds, Math.min(rest, open), open)',
  },
  {
    law: 'SL2 hour by hour',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/shortfall.ts`,
    find: 'minimum(rest[i]!, positive(',
    put: 'positive((',
  },
  {
    law: 'SL2 nobody loses more',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/shortfall.ts`,
    find: 'shared!.add(free, seconds, Math.min(rest, open), open)',
    put: 'shared!.add(free, seconds, 2 * rest, open)',
  },
  {
    law: 'SL2 readings of one unit',
    test: `${settlement}/service-level.test.ts`,
    file: 'src/core/meter/health.ts',
    find: 'pushOut(ofOrder, { kind, from, to, gpus, unit })',
    put: 'pushOut(ofOrder, { kind, from, to, gpus, unit: undefined })',
  },
  {
    law: 'SL2 the allowance',
    test: `${settlement}/service-level.test.ts`,
    file: 'src/core/meter/health.ts',
    find: 'planned: where(layers.planned, planned)',
    put: 'planned: layers.planned',
  },
  {
    law: 'SL2 under `specific`',
    test: `${settlement}/service-level.test.ts`,
    file: 'src/core/meter/holdings.ts',
    find: "const everywhere = attribution === 'specific' ? undefined : reservedOf(sales, () => true)",
    put: 'const everywhere = reservedOf(sales, () => true)',
  },
  {
    law: 'SL3 more available',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/shortfall.ts`,
    find: 'positive(subtract(subtract(contracted, proven.sold),',
    put: 'positive(subtract(subtract(proven.available, proven.sold),',
  },
  {
    law: 'SL3 a credit never exceeds',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/service-level.ts`,
    find: 'const whole = greatest(nought, charged)',
    put: 'const whole = charged',
  },
  {
    law: 'SL4 a fixed fee',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/service-level.ts`,
    find: 'rational(part.to - part.from, part.fullSeconds)',
    put: 'rational(1)',
  },
  {
    law: 'SL5 it lies in',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/availability-adjustment.ts`,
    find: 'greatest(nought, minus(one, lost))',
    put: 'minus(one, lost)',
  },
  {
    law: 'SL6 a factor of 1',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/backstop-lines.ts`,
    find: 'factorLine === undefined || compare(factor, one) === 0',
    put: 'factorLine === undefined',
  },
  {
    law: 'SL6 it is the factor times',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/backstop.ts`,
    find: '({ above, value: times(value, factor.value) })',
    put: '({ above, value })',
  },
  {
    law: 'SL6 caps bind after',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/backstop.ts`,
    find: '({ above, value: times(value, factor.value) })',
    put: '({ above, value: times(value, times(factor.value, factor.value)) })',
  },
  {
    law: 'SL6 where the factor changes',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/backstop.ts`,
    find: '[...prices, ...factors].map',
    put: '[...prices].map',
  },
  {
    law: 'SL6 an amended adjustment',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/availability-adjustment.ts`,
    find: 'part.to < part.periodEnd ? { factors: open } : {}',
    put: '{}',
  },
  {
    law: 'SL6 an amended backstop',
    test: `${settlement}/availability-adjustment.test.ts`,
    file: `${settlement}/availability-adjustment.ts`,
    find: 'written(signed.agreement.clauses.filter(({ id }) => id === clause.adjusts))',
    put: 'clause.adjusts',
  },
  {
    law: 'SL7 a tranche that is accepted on',
    test: `${settlement}/delay-damages.test.ts`,
    file: `${settlement}/delay-damages.ts`,
    find: 'Math.max(0, daysBetween(onTimeThrough, until))',
    put: 'Math.max(0, daysBetween(onTimeThrough, until) + 1)',
  },
  {
    law: 'SL8 what was stated adds up to the rounded total',
    test: `${settlement}/delay-damages.test.ts`,
    file: `${settlement}/delay-damages.ts`,
    find: 'toRational({ minor: line.minor, currency: work.schedule.currency })',
    put: 'fromText(line.exact)',
  },
  {
    law: 'RF4 in a quarter an amendment of one of them cuts both',
    test: `${settlement}/revenue-floor.test.ts`,
    file: 'src/core/terms/capacity-backstop.ts',
    find: '    countedWith: countedWith(clause, agreement),\n',
    put: '',
  },
  {
    law: 'SL11 shared revenue of a quarter',
    test: `${settlement}/service-level.test.ts`,
    file: `${settlement}/settle.ts`,
    find: '[[...credits.values()].flat(), []]',
    put: '[[], []]',
  },
  {
    law: 'SL8 the differences add up',
    test: `${settlement}/delay-damages.test.ts`,
    file: `${settlement}/delay-damages.ts`,
    find: 'stated: plus(late.before.stated, ',
    put: 'stated: plus(nought, ',
  },
  {
    law: 'SL8 cutting it',
    test: `${settlement}/delay-damages.test.ts`,
    file: `${settlement}/delay-damages.ts`,
    find: 'times(minus(days, before.days), perDay)',
    put: 'times(days, perDay)',
  },
  {
    law: 'SL8 a tranche accepted on its due date',
    test: `${settlement}/delay-damages.test.ts`,
    file: `${settlement}/delay-damages.ts`,
    find: 'accepted !== undefined && accepted < last ? accepted : last',
    put: 'last',
  },
  {
    law: 'BC1 what was promised is what is paid',
    test: `${settlement}/backstop-commitments.test.ts`,
    file: `${settlement}/backstop-commitments.ts`,
    find: 'drawn.set(scope, plus(drawn.get(scope) ?? nought, draw))',
    put: 'drawn.set(scope, draw)',
  },
  {
    law: 'CR10 every date lies in exactly one year',
    test: 'src/core/credit/fiscal.test.ts',
    file: 'src/core/credit/fiscal.ts',
    find: 'date <= endOf(calendar, year) ? year : year + 1',
    put: 'date < endOf(calendar, year) ? year : year + 1',
  },
  {
    law: 'CR11 an amount spread over fiscal years',
    test: 'src/core/credit/fiscal.test.ts',
    file: 'src/core/credit/fiscal.ts',
    find: 'rational(daysBetween(first, last) + 1)',
    put: 'rational(daysBetween(first, last))',
  },
  {
    law: 'CR12 CR13 the order of agreements',
    test: 'src/core/credit/register.test.ts',
    file: 'src/core/credit/record.ts',
    find: '.toSorted((a, b) => (a.month < b.month ? -1 : 1))',
    put: '',
  },
  {
    law: 'CR14 every breakdown adds up',
    test: 'src/core/credit/register.test.ts',
    file: 'src/core/credit/exposure.ts',
    find: 'apportion(whole[amount], weights)',
    put: 'weights.map(() => whole[amount]! / BigInt(weights.length))',
  },
  {
    law: 'CR15 shares add up to one',
    test: 'src/core/credit/register.test.ts',
    file: 'src/core/credit/concentration.ts',
    find: 'sums.filter(({ minor }) => minor > 0n)',
    put: 'sums.filter(({ minor }) => minor !== 0n)',
  },
  {
    law: 'CR16 the circle of money',
    test: 'src/core/credit/register.test.ts',
    file: 'src/core/credit/flows.ts',
    find: 'rows.filter((row) => !isCapacityBought(row) && !isShareIncome(row) && !isEquity(row))',
    put: 'rows.filter((row) => !isCapacityBought(row) && !isEquity(row))',
  },
  {
    law: 'CR19 every roll-forward ties',
    test: 'src/core/credit/packs.test.ts',
    file: 'src/core/credit/roll-forward.ts',
    find: '    opening = closing\n',
    put: '',
  },
  {
    law: 'CR20 the same liability by expiry',
    test: 'src/core/credit/packs.test.ts',
    file: 'src/core/credit/asc460.ts',
    find: 'if (date < row.from || date >= row.through) return 0n',
    put: 'if (date < row.from || date > row.through) return 0n',
  },
  {
    law: 'CR21 expected loss rises',
    test: 'src/core/credit/packs.test.ts',
    file: 'src/core/credit/expected-loss.ts',
    find: 'times(times(curve.lossGivenDefault,',
    put: 'times(times(minus(one, curve.lossGivenDefault),',
  },
  {
    law: 'CR22 a payment is a purchase',
    test: 'src/core/credit/packs.test.ts',
    file: 'src/core/credit/customer-payments.ts',
    find: 'minor - distinct.minor,',
    put: 'minor,',
  },
  ...supportBreaks,
  ...telemetryBreaks,
  ...fleetBreaks,
  ...ingestBreaks,
  ...rackBreaks,
  ...schedulerBreaks,
  ...closeBreaks,
  ...consoleBreaks,
  ...accessBreaks,
  ...personBreaks,
  ...webhookBreaks,
  ...tableBreaks,
  ...viewBreaks,
  {
    law: 'DF4 a waterfall pays out exactly its cash',
    test: `${settlement}/waterfall.test.ts`,
    file: `${settlement}/waterfall.ts`,
    find: 'rest = minus(rest, paid)',
    put: 'rest = i === 0 ? rest : minus(rest, paid)',
  },
  {
    law: 'DF4 what a step is paid goes to its arrears first',
    test: `${settlement}/waterfall.test.ts`,
    file: `${settlement}/waterfall.ts`,
    find: 'Rational => least(arrears, paid)',
    put: 'Rational => minus(paid, least(arrears, paid))',
  },
  {
    law: 'DF2 interest is the sum over days',
    test: debt,
    file: `${settlement}/accrue.ts`,
    find: 'return cutAt(from, to, cuts)',
    put: 'return cutAt(from, to, cuts.slice(1))',
  },
  {
    law: 'DF2 interest adds up whatever cuts the period',
    test: debt,
    file: 'src/core/base/day-count.ts',
    find: 'return actualActual(from, to)',
    put: 'return rational(daysBetween(from, to), daysIn(Number(from.slice(0, 4))))',
  },
  {
    law: 'DF3 a bullet pays interest every period and everything at the end',
    test: debt,
    file: `${settlement}/amortise.ts`,
    find: 'if (period.to === clause.matures || amortising.ends === true)',
    put: 'if (period.to > clause.matures)',
  },
  {
    law: 'DF3 debt sized by what its forecast bears',
    test: debt,
    file: `${settlement}/amortise.ts`,
    find: 'due: minus(service, interest)',
    put: 'due: service',
  },
  {
    law: 'DF4 DF5 DF6 whatever cash there is',
    test: debt,
    file: `${settlement}/settle-debt.ts`,
    find: "plus(opening.repaid, toRational(toMoney(stepOf(use, 'principal').paid, currency)))",
    put: "plus(opening.repaid, stepOf(use, 'principal').paid)",
  },
  {
    law: 'DF5 what accrues as interest is paid or in arrears',
    test: debt,
    file: `${settlement}/cash.ts`,
    find: 'left: minus(each.left, more)',
    put: 'left: each.left',
  },
  {
    law: 'DF5 the order of readings does not matter',
    test: debt,
    file: 'src/core/meter/told.ts',
    find: '(a, b) => countsFrom(a, schedule.zone) - countsFrom(b, schedule.zone) || byText(a.source, b.source) || byText(a.id, b.id)',
    put: '() => 0',
  },
  {
    law: 'DF6 the reserve account holds its share',
    test: debt,
    file: `${settlement}/cash.ts`,
    find: 'const released = greatest(nought, minus(state.reserve, dues.target))',
    put: 'const released = nought',
  },
  {
    law: 'DF7 below a level nothing is distributed',
    test: debt,
    file: `${settlement}/cover.ts`,
    find: 'compare(value, level) >= 0 ?',
    put: 'compare(value, level) > 0 ?',
  },
  {
    law: 'DF10 what is projected is what settles',
    test: debt,
    file: `${settlement}/project.ts`,
    find: 'minus(outstanding, toRational(toMoney(principal, currency)))',
    put: 'minus(outstanding, principal)',
  },
  {
    law: 'CR1 between two rates',
    test: 'src/core/credit/xirr.test.ts',
    file: 'src/core/credit/xirr.ts',
    find: 'if (neverZero(from.slope, to.slope)) return',
    put: 'if (!neverZero(from.slope, to.slope)) return',
  },
  {
    law: 'CR2 sculpted debt has its DSCR',
    test: 'src/core/credit/sculpt.test.ts',
    file: 'src/core/credit/sculpt.ts',
    find: 'compare(cfads, nought) > 0 ? over(cfads, dscr) : nought',
    put: 'over(cfads, dscr)',
  },
  {
    law: 'CR4 of sculpted debt DSCR and LLCR are the target',
    test: 'src/core/credit/sculpt.test.ts',
    file: `${settlement}/project.ts`,
    find: 'const [top, bottom] = [n * amount.d + amount.n * d, d * amount.d]',
    put: 'const [top, bottom] = [n * amount.d + amount.n, d * amount.d]',
  },
  {
    law: 'F16 month by month gives what all at once gives',
    test: 'src/server/history/coarse.test.ts',
    file: 'src/server/history/coarse.ts',
    find: 'months: [month], window }',
    put: 'months, window }',
  },
  {
    law: 'F17 in outline too, sold and called never exceed accepted',
    test: 'src/server/history/coarse.test.ts',
    file: 'src/server/history/coarse-sales.ts',
    find: 'Math.min(wanted, stretch.free - held(standing))',
    put: 'wanted',
  },
  {
    law: 'F17 in outline too, sold and called never exceed accepted',
    test: 'src/server/history/coarse.test.ts',
    file: 'src/server/history/coarse.ts',
    find: 'left = subtract(left, downSteps(outages))',
    put: 'left = subtract(left, zero)',
  },
  {
    law: 'F20 each of a story’s times is told with one month',
    test: 'src/server/history/story.test.ts',
    file: 'src/server/history/tell-story.ts',
    find: '(month === first && date.slice(0, 7) < month)',
    put: 'false',
  },
  {
    law: 'F21 what comes late is missing from its month',
    test: 'src/server/history/story.test.ts',
    file: 'src/server/history/month-facts.ts',
    find: 'each.month !== month || !isOf(each.kinds, reading)',
    put: 'each.month !== month || reading.kind !== each.kinds[0]',
  },
  {
    law: 'AD6 a later version is loaded when the clock reaches its date',
    test: 'src/server/app/advance.test.ts',
    file: 'src/server/app/advance.ts',
    find: 'source.amendments.filter((each) => each.at.slice(0, 7) <= month)',
    put: 'source.amendments',
  },
  {
    law: 'AD1 AD2 six months at once are six times one month',
    test: 'src/server/app/advance.test.ts',
    file: 'src/server/app/advance.ts',
    find: 'now: closedAt(month), by: request.by, also: tick',
    put: 'now: closedAt(month) + 86_400 * request.months, by: request.by, also: tick',
  },
  {
    law: 'LP3 correcting in either order',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/correct.ts`,
    find: 'const { schedule, stated, closing: opening } = chain',
    put: 'const { schedule, stated } = chain; const opening = {}',
  },
  {
    law: 'LP3 correcting in either order',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/stated.ts`,
    find: 'corrects ?? month',
    put: 'month',
  },
  {
    law: 'LP4 a run on what is known already',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/correct.ts`,
    find: 'const was = stated.reduce(',
    put: 'const was = stated.slice(0, 1).reduce(',
  },
  {
    law: 'LP5 a retroactive amendment',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/correct.ts`,
    find: 'for (const { month, lines } of due) for (const line of lines) at(month, line).lines.push(line)',
    put: 'for (const { month, lines } of due) for (const line of lines) at(month, line).lines.splice(0, 1, line)',
  },
  {
    law: 'LP9 a dispute changes no line',
    test: `${settlement}/disputes.test.ts`,
    file: 'src/core/statements/totals.ts',
    find: 'both((line) => line.minor - line.held)',
    put: 'both((line) => line.minor + line.held)',
  },
  {
    law: 'LP13 in whatever parts',
    test: `${settlement}/late-interest.test.ts`,
    file: `${settlement}/late-interest.ts`,
    find: 'applied = plus(applied, takes)',
    put: 'applied = plus(takes, nought)',
  },
  {
    law: 'F22 changes make the version that was in force before into the next one',
    test: 'src/server/history/read-amendments.test.ts',
    file: 'src/server/history/read-amendments.ts',
    find: '.filter(isEarlier).at(-1)',
    put: '.filter(isEarlier).at(0)',
  },
  {
    law: 'F22 a change that leads nowhere, or makes no agreement',
    test: 'src/server/history/read-amendments.test.ts',
    file: 'src/server/history/read-amendments.ts',
    find: 'return Array.isArray(holder) && !Object.hasOwn(holder, key) ? undefined : { holder',
    put: 'return { holder',
  },
  {
    law: 'F18 a tranche that a story accepts on another day',
    test: 'src/server/history/story.test.ts',
    file: 'src/server/history/plant.ts',
    find: 'acceptedOn(block.id, id) ?? due',
    put: 'due',
  },
  {
    law: 'H13 the register of the guarantor adds up',
    test: 'test/deals.test.ts',
    file: 'src/core/credit/register.ts',
    find: "['received', moved(work, first.id, 'payee')]",
    put: "['received', moved(work, first.id, 'payer')]",
  },
  {
    law: 'H13 no cap of a backstop is ever exceeded',
    test: 'test/deals.test.ts',
    file: `${settlement}/caps.ts`,
    find: 'return cap.id\n',
    put: 'return `${cap.id}#p${period}`\n',
  },
  {
    law: 'H14 Lambda: damages for 20 days',
    test: 'test/deals.test.ts',
    file: `${settlement}/delay-damages.ts`,
    find: 'Math.max(0, daysBetween(onTimeThrough, until))',
    put: 'Math.max(0, daysBetween(onTimeThrough, until) + 1)',
  },
  {
    law: 'GU8 a promise is rounded as what is paid will be',
    test: `${settlement}/obligation-guarantee.test.ts`,
    file: `${settlement}/obligation-guarantee.ts`,
    find: 'const amount = toRational(toMoney(least(wanted, greatest(nought, minus(cap, called))), schedule.currency))',
    put: 'const amount = least(wanted, greatest(nought, minus(cap, called)))',
  },
  {
    law: 'GU7 an event of when its clause no longer runs',
    test: `${settlement}/stock-purchase-right.test.ts`,
    file: 'src/core/meter/told.ts',
    find: '[checkNames, checkTimes, checkValues, checkMoney]',
    put: '[checkNames, checkValues, checkMoney]',
  },
  {
    law: 'GU7 an event of when its clause no longer runs',
    test: `${settlement}/stock-purchase-right.test.ts`,
    file: 'src/core/meter/told.ts',
    find: 'compare(decimal(before.value), decimal(reading.value)) === 0',
    put: 'before.value === reading.value',
  },
  {
    law: 'H14 CoreWeave: July 2026 is settled on what was reserved',
    test: 'test/deals.test.ts',
    file: `${settlement}/correct.ts`,
    find: 'corrections: [...correctionsOfRun(chain), ...rulings]',
    put: 'corrections: rulings',
  },
  {
    law: 'H14 Sharon AI: two fifths of a dispute are taken off',
    test: 'test/deals.test.ts',
    file: `${settlement}/correct.ts`,
    find: 'corrections: [...correctionsOfRun(chain), ...rulings]',
    put: 'corrections: correctionsOfRun(chain)',
  },
  {
    law: 'H14 Firmus: charges that come two months late',
    test: 'test/deals.test.ts',
    file: `${settlement}/correct.ts`,
    find: 'const { schedule, stated, closing: opening } = chain',
    put: 'const { schedule, stated } = chain; const opening = {}',
  },
  {
    law: 'CR16 the circle of money of one counterparty, by hand',
    test: 'src/core/credit/register.test.ts',
    file: 'src/core/credit/flows.ts',
    find: "'stock-purchase-right': 'equity'",
    put: "'no such kind': 'equity'",
  },
  {
    law: 'CR23 cash is contracted, backstopped or merchant',
    test: 'src/core/credit/cover.test.ts',
    file: 'src/core/credit/cover.ts',
    find: 'payer === guarantor.id && payee === operator.id',
    put: 'payer === guarantor.id && payee !== payer',
  },
]

const root = join(import.meta.dirname, '..')
const cache = join(root, '.cache')
/** A copy of this run's own: another that runs beside it is not disturbed. */
const copy = join(cache, `broken-${process.pid}`)
const words = process.argv.slice(2)
/** Of one law in the copy: what does not end by then has failed. */
const lawMsMax = 300_000

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const prepare = (): void => {
  fs.mkdirSync(cache, { recursive: true })
  for (const name of fs.readdirSync(cache))
    if (name.startsWith('broken-') && !isRunning(Number(name.slice('broken-'.length)))) fs.rmSync(join(cache, name), { recursive: true })
  for (const name of ['src', 'test', 'examples', 'package.json', 'scripts'])
    if (fs.existsSync(join(root, name))) fs.cpSync(join(root, name), join(copy, name), { recursive: true })
  for (const name of ['node_modules', 'telemetry']) fs.symlinkSync(join(root, name), join(copy, name))
}

type Outcome = 'passes' | 'fails' | 'is missing'

/** Runs one law in the copy: passed, failed, or there is none of that name. */
const runLaw = ({ law, test }: Break, database: string): Outcome => {
  const pattern = law.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const args = ['--test', '--test-reporter=tap', `--test-timeout=${lawMsMax}`, `--test-name-pattern=${pattern}`, test]
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, TEST_DATABASE_URL: database }
  const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env })
  if (!new RegExp(`^\\s*(not )?ok \\d+ - ${pattern}`, 'm').test(run.stdout)) return 'is missing'
  return run.status === 0 ? 'passes' : 'fails'
}

/** What each law says of the code as it is: asked once, however often its rules are broken. */
const before = new Map<string, Outcome>()
const runUnbroken = (each: Break, database: string): Outcome => {
  const name = `${each.test} ${each.law}`
  const known = before.get(name) ?? runLaw(each, database)
  before.set(name, known)
  return known
}

/** What happens to the law once its rule is broken; it has to pass before. */
const tryBreak = (each: Break, database: string): string => {
  const path = join(copy, each.file)
  const source = fs.readFileSync(path, 'utf8')
  if (!source.includes(each.find)) return `${each.file} no longer says: ${each.find}`
  const unbroken = runUnbroken(each, database)
  if (unbroken !== 'passes') return `${unbroken} even before`
  fs.writeFileSync(
    path,
    source.replace(each.find, () => each.put),
  )
  try {
    return runLaw(each, database)
  } finally {
    fs.writeFileSync(path, source)
  }
}

const wanted = breaks.filter(({ law }) => words.length === 0 || words.some((word) => ` ${law}`.includes(` ${word}`)))
if (wanted.length === 0) {
  process.stderr.write(`no broken rule has a law that begins with ${words.join(' or ')}\n`)
  process.exit(2)
}
prepare()
// One server for all: each test file has databases of its own in it.
const server = await startEmbedded(join(copy, '.cache/test'))
let survivors = 0
try {
  for (const each of wanted) {
    const answer = tryBreak(each, server.url('postgres'))
    if (answer !== 'fails') survivors += 1
    process.stdout.write(`${answer === 'fails' ? 'fails, as it should' : answer.toUpperCase()}: ${each.law} (${each.file})\n`)
  }
} finally {
  await server.stop()
  fs.rmSync(copy, { recursive: true, force: true })
}
process.stdout.write(
  survivors === 0 ? `every one of ${wanted.length} broken rules was noticed\n` : `${survivors} broken rules were not noticed\n`,
)
process.exitCode = survivors === 0 ? 0 : 1
