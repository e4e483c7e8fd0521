/** An answer is longer than its reader is willing to hold. */
export class TooLong extends Error {}

/** The text of an answer over HTTP, read only as far as it may be long. Throws `TooLong` beyond. */
export const answerText = async (response: Response, bytesMax: number): Promise<string> => {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > bytesMax) throw new TooLong(`the answer is longer than ${bytesMax} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
