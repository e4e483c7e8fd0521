import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { readingText } from '../src/core/meter/parse.ts'
import type { Reading } from '../src/core/meter/reading.ts'

/** Whole seconds of August to October 2026. */
const instant = fc.integer({ min: 1_785_542_400, max: 1_793_491_200 })
const span = fc.tuple(instant, fc.integer({ min: 1, max: 40 * 86_400 })).map(([from, seconds]) => ({ from, to: from + seconds }))
const gpus = fc.integer({ min: 1, max: 5000 })
const name = (prefix: string) => fc.integer({ min: 1, max: 3 }).map((i) => `${prefix}-${i}`)
// oxlint-disable-next-line no-control-regex -- The door refuses control characters.
const unprintable = /[\u0000-\u001f\u007f]/
/** Text that a sloppy COPY would mangle. */
const awkward = fc
  .oneof(fc.constantFrom('\\N', '\\', 'a\\tb', 'é ü 漢字 🙂', '\'"', ' '), fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }))
  .filter((text) => text.isWellFormed() && !unprintable.test(text))
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((given) => (given === undefined ? {} : { [key]: given }))
const money = fc.tuple(fc.nat(10_000_000), fc.constantFrom('', '.5', '.25')).map(([whole, cents]) => `${whole}${cents}`)
const join = (...parts: readonly fc.Arbitrary<object>[]) => fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object)
const kind = (word: string) => fc.constant({ kind: word })
const fields = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape)
const product = fc.constantFrom('reserved', 'on-demand', 'spot')

/** GPUs on nodes, the same number on each; or GPUs nobody knows where. */
const located = fc.oneof(
  fields({ gpus }),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 })).map(([hosts, each]) => ({
    gpus: hosts * each,
    nodes: hosts === 1 ? 'fa-r001-n07' : `fa-r001-n[1-${hosts}]`,
  })),
)
const sale = join(span, fields({ pool: name('pool') }), located, optional('tenant', name('tenant')))
const someGpus = join(span, fields({ block: name('block'), gpus }), optional('unit', awkward))
const body: fc.Arbitrary<object> = fc.oneof(
  { weight: 5, arbitrary: join(kind('allocation'), sale, optional('order', name('Order')), optional('product', product)) },
  join(kind('reservation'), sale, fields({ order: name('Order') })),
  join(kind('outage'), someGpus, optional('order', name('Order')), optional('reason', awkward)),
  join(kind('maintenance'), someGpus, optional('order', name('Order')), fields({ noticeAt: instant })),
  join(kind('curtailment'), someGpus, fields({ by: fc.constantFrom('grid', 'guarantor') })),
  join(kind('acceptance'), fields({ block: name('block'), tranche: name('tranche'), at: instant, design: gpus, tested: gpus })),
  join(kind('gap'), span, fields({ block: name('block'), of: fc.constant('sales') })),
  join(kind('gap'), span, fields({ block: name('block'), of: fc.constant('health'), gpus }), optional('unit', awkward)),
  join(kind('call'), span, fields({ block: name('block'), gpus })),
  join(
    kind('condition'),
    span,
    fields({ clause: name('clause'), condition: name('condition'), holds: fc.boolean() }),
    optional('block', name('block')),
  ),
  join(
    kind('charge'),
    fields({ pool: name('pool'), product, amount: money, currency: fc.constantFrom('USD', 'AUD') }),
    fc.oneof(span, fields({ at: instant })),
    optional('order', name('Order')),
    optional('tenant', name('tenant')),
    optional('affiliate', join(fields({ gpuSeconds: fc.nat() }), optional('reference', money))),
  ),
  join(fc.constantFrom('credit', 'refund').chain(kind), fields({ reduces: awkward, amount: money, currency: fc.constant('USD') })),
  join(
    kind('rack'),
    fc.oneof(span, fields({ from: instant })),
    fields({ block: name('block'), unit: awkward, nodes: fc.constant('fa-r001-n[01-18]'), gpus: fc.constantFrom(18, 72, 144) }),
    optional('tranche', name('tranche')),
  ),
  join(
    kind('offer'),
    span,
    fields({ pool: name('pool'), price: fc.constant('3.10'), currency: fc.constant('USD') }),
    optional('block', name('block')),
  ),
  join(kind('claim'), someGpus),
  join(
    kind('fx'),
    fields({
      base: fc.constant('AUD'),
      quote: fc.constant('USD'),
      date: fc.constantFrom('2026-08-03', '2026-09-30'),
      rate: fc.constant('0.6534'),
    }),
  ),
)

/** Any reading that the wire form can say, under the source and id given. */
export const anyReading = (source: fc.Arbitrary<string>, id: fc.Arbitrary<string>): fc.Arbitrary<Reading> =>
  join(fields({ source, id }), body, optional('recordedAt', instant)) as fc.Arbitrary<Reading>

export const anyText = awkward

/** SHA-256 of a reading's content, in hex. */
export const digestOf = (reading: Reading): string => createHash('sha256').update(readingText(reading)).digest('hex')
