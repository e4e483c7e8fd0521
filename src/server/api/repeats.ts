import type { FastifyRequest } from 'fastify'
import { canonical, type Json } from '../../core/base/canonical.ts'
import { keyLengthMax, senderOf } from './once.ts'
import { principalOf } from './principal.ts'
import { Refusal } from './problems.ts'

/** Answers that are kept for whoever repeats a request: the oldest goes first. */
export const repeatsMax = 1_000

type Kept<T> = Readonly<{ content: string; answer: Promise<T> }>

/**
 * For writes with `keys: 'own'`, whose answer has a secret that is told once and written nowhere: what was done under an `Idempotency-Key` is answered again
 * and not done again, as long as this process runs; a key with other content is refused. Keys are of a principal in a role for a party, as everywhere. One
 * that failed may be tried again. All other writes: `once.ts`.
 */
export const makeRepeats = <T>() => {
  const kept = new Map<string, Kept<T>>()
  return (request: FastifyRequest, content: Json, act: () => Promise<T>): Promise<T> => {
    const key = request.headers['idempotency-key']
    if (key === undefined) return act()
    if (typeof key !== 'string' || key === '' || key.length > keyLengthMax)
      throw new Refusal({
        kind: 'invalid-request',
        status: 400,
        title: 'The request is not right',
        detail: `Idempotency-Key is 1 to ${keyLengthMax} characters.`,
      })
    const text = canonical(content)
    const name = `${senderOf(principalOf(request))} ${key}`
    const known = kept.get(name)
    if (known !== undefined && known.content !== text)
      throw new Refusal({
        kind: 'key-taken',
        status: 422,
        title: 'Another request has this key',
        detail: `Idempotency-Key ${key} came with another content before: a new request needs a key of its own.`,
      })
    if (known !== undefined) return known.answer
    const answer = act()
    kept.set(name, { content: text, answer })
    answer.catch(() => kept.delete(name))
    if (kept.size > repeatsMax) kept.delete(kept.keys().next().value!)
    return answer
  }
}
