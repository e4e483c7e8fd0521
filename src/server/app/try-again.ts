/** Codes of PostgreSQL for "do it again": a deadlock, or two transactions that cannot both have been first. */
const again = new Set(['40P01', '40001'])
const triesMax = 5

/** Somebody else was first; what is decided on what they changed has to be decided anew. */
export class Overtaken extends Error {
  readonly code = '40001'
}

/** Does what can be done again: two transactions that cross each other may each wait for the other, and one of them is then sent away. */
export const tryAgain = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (tries === triesMax || !again.has((error as { code?: string }).code ?? '')) throw error
    }
}
