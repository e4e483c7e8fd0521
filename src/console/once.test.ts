import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure } from './fetch.ts'
import { makeOnce } from './once.ts'

/** What came of sending something: done, a refusal by its status and kind, or no sound at all (status 0). */
type Outcome = Readonly<{ status: number; kind: string }>
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ status: fc.constantFrom(200, 0, 400, 403, 404, 409, 413, 422, 429, 500, 502, 503), kind: fc.constant('said') }),
  fc.constantFrom({ status: 409, kind: 'still-running' }, { status: 409, kind: 'answer-not-kept' }, { status: 422, kind: 'key-taken' }),
)
const failureOf = ({ status, kind }: Outcome): Failure =>
  new Failure({ type: `urn:offtake:problem:${kind}`, title: '', status, detail: '', requestId: undefined })

/** Whether the act may or may not have been done: then it has to be sent again as the same one. Written as a list, not as the code decides it. */
const isOpen = ({ status, kind }: Outcome): boolean =>
  [0, 429, 500, 502, 503].includes(status) || kind === 'still-running' || kind === 'answer-not-kept'

test('CO65 what is sent again because nothing was heard has the key of before; after an answer, a refusal too, it has a new one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(outcome, { minLength: 2, maxLength: 12 }), async (outcomes) => {
      let made = 0
      const once = makeOnce(() => `key ${(made += 1)}`)
      const sent: string[] = []
      for (const each of outcomes) {
        const failure = each.status === 200 ? undefined : failureOf(each)
        const said = await once<string>(async (key) => {
          sent.push(key)
          if (failure !== undefined) throw failure
          return key
        }).catch((error: unknown) => error)
        // What comes of it is handed on as it is.
        assert.equal(said, failure ?? sent.at(-1))
      }
      for (const [i, each] of outcomes.slice(0, -1).entries()) assert.equal(sent[i] === sent[i + 1], isOpen(each), JSON.stringify(each))
      assert.equal(new Set(sent).size, 1 + outcomes.slice(0, -1).filter((each) => !isOpen(each)).length)
    }),
  )
})

test('CO65 what is sent twice at once has one key, and something that is no answer of the server keeps it', async () => {
  const once = makeOnce()
  const keys: string[] = []
  const send = async (key: string) => void keys.push(key)
  await Promise.all([once(send), once(send)])
  assert.equal(keys[0], keys[1])
  const broken = async (key: string): Promise<never> => {
    keys.push(key)
    throw new TypeError('a bug here')
  }
  await assert.rejects(once(broken), TypeError)
  await once(send)
  assert.equal(keys[2], keys[3])
  assert.notEqual(keys[1], keys[2])
})
