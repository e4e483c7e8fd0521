import { once } from 'node:events'
import type { Context } from './context.ts'

/** Milliseconds between two words of progress where nothing can be overwritten. */
const showEveryMs = 5000

/** Data to standard output, everything else to standard error; progress overwrites itself on a terminal. */
export const makeTerminal = (): Pick<Context, 'print' | 'pour' | 'say' | 'show'> => {
  const { stdout, stderr } = process
  // Whoever reads us may have seen enough: `offtake statement … | head`.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  let [shown, shownAt] = [false, performance.now()]
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K')
    shown = false
  }
  return {
    print: (text) => {
      clear()
      stdout.write(text)
    },
    pour: async (text) => {
      clear()
      if (!stdout.write(text)) await once(stdout, 'drain')
    },
    say: (text) => {
      clear()
      stderr.write(`${text}\n`)
      return undefined
    },
    show: (text) => {
      const now = performance.now()
      if (now - shownAt < (stderr.isTTY ? 100 : showEveryMs)) return
      shownAt = now
      if (!stderr.isTTY) return void stderr.write(`${text}\n`)
      stderr.write(`\r\u001b[K${text}`)
      shown = true
    },
  }
}
