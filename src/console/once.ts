import { useState } from 'react'
import { Failure } from './fetch.ts'

/** Refusals that say of the act under this key itself that it is being done, or is done: under another key it would be done again. */
const aboutTheAct = ['still-running', 'answer-not-kept'].map((kind) => `urn:offtake:problem:${kind}`)

/**
 * Whether a failure is an answer that the server keeps under its key, and gives again whatever is sent with it. Silence, what the server could not do itself
 * and a rate that is used up are none: the act may be done or not, and is sent again as the same one.
 */
export const isKept = (error: unknown): boolean =>
  error instanceof Failure &&
  error.problem.status >= 400 &&
  error.problem.status < 500 &&
  error.problem.status !== 429 &&
  !aboutTheAct.includes(error.problem.type)

/** Sends something under a key. Rejects with what sending it rejects with. */
export type Once = <T>(send: (key: string) => Promise<T>) => Promise<T>

/**
 * Names an act until it is answered: what is sent again because nothing was heard has the key of before, and is done once; what is sent after an answer,
 * corrected or not, is another act.
 */
export const makeOnce = (newKey: () => string = () => crypto.randomUUID()): Once => {
  let key = newKey()
  return async (send) => {
    const sent = key
    const answered = (): void => {
      if (key === sent) key = newKey()
    }
    return send(sent).then(
      (answer) => (answered(), answer),
      (error: unknown) => {
        if (isKept(error)) answered()
        throw error
      },
    )
  }
}

/** One of its own for each dialogue that is opened. */
export const useOnce = (): Once => useState(() => makeOnce())[0]
