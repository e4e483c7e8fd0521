import assert from 'node:assert/strict'

/** RFC 4180 read the long way, one character after another. Records end with CRLF. */
export const readCsv = (text: string): string[][] => {
  const records: string[][] = []
  let record: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (quoted && sign === '"' && text[i + 1] === '"') field += text[++i]
    else if (sign === '"') quoted = !quoted
    else if (!quoted && sign === ',') field = (record.push(field), '')
    else if (!quoted && sign === '\r' && text[i + 1] === '\n') {
      record.push(field)
      records.push(record)
      field = ''
      record = []
      i++
    } else field += sign
  }
  assert.ok(field === '' && record.length === 0 && !quoted, 'the last record has no end')
  return records
}
