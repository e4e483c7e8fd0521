/** One column: its head, and on which side its cells end. Numbers end right, so that their units stand under each other. */
export type Column = Readonly<{ head: string; ends: 'left' | 'right' }>
export type Row = readonly string[]

// Scripts whose signs take two places on a terminal, and emoji that stand for themselves. Joined emoji may come out too wide, never broken.
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]/u
const combining = /[\p{M}\p{Cf}]/u
// Ends of lines, escape sequences and marks that turn the direction of what follows would let a name rewrite the page around it.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** Text that stays where it is put on a terminal: nothing in it can end a line, move the cursor or turn the direction. */
export const printable = (text: string): string => text.replace(unprintable, '\u{FFFD}')

/** How many places a text takes on a terminal. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const sign of text) width += combining.test(sign) ? 0 : wide.test(sign) ? 2 : 1
  return width
}

const gap = '  '
const rule = '─'

/** Figures beside one in parentheses leave its closing place free, so that their last digits stand under each other. */
const hung = (cells: readonly string[], ends: Column['ends']): string[] =>
  ends === 'right' && cells.some((cell) => cell.endsWith(')'))
    ? cells.map((cell) => (cell === '' || cell.endsWith(')') ? cell : `${cell} `))
    : [...cells]

const padded = (cell: string, width: number, ends: Column['ends']): string => {
  const space = ' '.repeat(width - widthOf(cell))
  return ends === 'left' ? cell + space : space + cell
}

/**
 * A table in plain text. Every line has the same width, spaces at the end included. Without heads no line of heads is drawn; `'rule'` is a
 * line across. Throws `RangeError` for a row that has not one cell for each column.
 */
export const textTable = (columns: readonly Column[], rows: readonly (Row | 'rule')[]): string[] => {
  const heads = columns.map(({ head }) => head)
  const hasHeads = heads.some((head) => head !== '')
  const all = [...(hasHeads ? [heads, 'rule' as const] : []), ...rows]
  const texts = all.filter((row) => row !== 'rule')
  for (const row of texts) if (row.length !== columns.length) throw new RangeError(`${row.length} cells for ${columns.length} columns`)
  const cells = columns.map(({ ends }, i) =>
    hung(
      texts.map((row) => printable(row[i]!)),
      ends,
    ),
  )
  const widths = cells.map((column) => Math.max(0, ...column.map(widthOf)))
  const across = rule.repeat(widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)))
  let next = 0
  return all.map((row) => {
    if (row === 'rule') return across
    const at = next++
    return columns.map(({ ends }, i) => padded(cells[i]![at]!, widths[i]!, ends)).join(gap)
  })
}
