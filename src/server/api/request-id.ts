import { randomFillSync } from 'node:crypto'

const idBytes = 5
/** Ids for which chance is drawn at once: one draw costs as much as many. */
const idsDrawn = 400

/** Names of requests, as the log of a server and the problem it answers with both tell them. */
export const makeRequestIds = (): (() => string) => {
  const drawn = Buffer.alloc(idBytes * idsDrawn)
  let at = drawn.length
  return () => {
    if (at === drawn.length) {
      randomFillSync(drawn)
      at = 0
    }
    at += idBytes
    return `req_${drawn.toString('hex', at - idBytes, at)}`
  }
}
