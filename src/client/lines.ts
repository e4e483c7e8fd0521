/** Characters of one line: no row is as long. */
const lineLengthMax = 16 * 2 ** 20

/** Lines of a text as it comes, without their ends. Leaving the loop stops the reading. */
export async function* linesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      rest += decoder.decode(value, { stream: !done })
      const lines = rest.split('\n')
      rest = lines.pop()!
      if (rest.length > lineLengthMax) throw new Error(`a line of more than ${lineLengthMax} characters`)
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
      if (!done) continue
      if (rest !== '') yield rest
      return
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
