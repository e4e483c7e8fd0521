// oxlint-disable-next-line import/no-named-as-default -- its types have no other.
import PDFDocument from 'pdfkit'
import type { Instant } from '../../core/base/time.ts'
import { lettersOf } from './letters.ts'

/** Points, A4 upright. */
export const page = { width: 595.28, height: 841.89, margin: 48, foot: 40 } as const
export const innerWidth = page.width - 2 * page.margin
const bottom = page.height - page.margin - page.foot

export const ink = '#14171C'
export const second = '#4A515C'
export const line = '#CBD0D8'
const fonts = { plain: 'Helvetica', bold: 'Helvetica-Bold', code: 'Courier' } as const
export type Font = keyof typeof fonts

export type Written = Readonly<{ font?: Font; size?: number; colour?: string; ends?: 'left' | 'right' }>

/** A document under way: what is written goes on below what was, on the next page where it does not fit. */
export type Paper = Readonly<{
  /** Writes a paragraph at the margin. */
  say: (text: string, how?: Written) => void
  /** Room between. */
  gap: (points: number) => void
  /** A row of cells; it is never cut by the end of a page, and `again` is drawn at the top of the next one. */
  row: (cells: readonly Cell[], more?: Readonly<{ rule?: 'above' | 'below'; again?: () => void }>) => void
  /** Begins a new page where less than this is left. */
  keep: (points: number) => void
  /** Writes the feet of all pages and ends the document. */
  end: (foot: string) => Promise<Buffer>
}>

/** A cell begins at `x` from the margin and is `width` wide. */
export type Cell = Readonly<{ x: number; width: number; text: string }> & Written

type Pdf = InstanceType<typeof PDFDocument>

/** More room between the lines of a cell than the font has by itself. */
const lineGap = ({ size = 9 }: Written): number => size * 0.15
const rowPadding = 3

const dress = (pdf: Pdf, { font = 'plain', size = 9, colour = ink }: Written) => pdf.font(fonts[font]).fontSize(size).fillColor(colour)

const heightOf = (pdf: Pdf, { text, width, ...how }: Omit<Cell, 'x'>): number => {
  dress(pdf, how)
  return pdf.heightOfString(text === '' ? ' ' : text, { width, lineGap: lineGap(how) })
}

const write = (pdf: Pdf, { text, x, width, ...how }: Cell, y: number): void => {
  dress(pdf, how)
  pdf.text(text, page.margin + x, y, { width, lineGap: lineGap(how), align: how.ends ?? 'left' })
}

const drawRule = (pdf: Pdf, y: number): void => {
  pdf
    .moveTo(page.margin, y)
    .lineTo(page.width - page.margin, y)
    .lineWidth(0.5)
    .strokeColor(line)
    .stroke()
}

const keepRoom = (pdf: Pdf, points: number, again?: () => void): void => {
  if (pdf.y + points <= bottom) return
  pdf.addPage()
  pdf.y = page.margin
  again?.()
}

const drawRow = (pdf: Pdf, cells: readonly Cell[], { rule, again }: Readonly<{ rule?: 'above' | 'below'; again?: () => void }>): void => {
  const written = cells.map((cell) => ({ ...cell, text: lettersOf(cell.text) }))
  const height = Math.max(...written.map((cell) => heightOf(pdf, cell))) + 2 * rowPadding
  keepRoom(pdf, height, again)
  const { y } = pdf
  if (rule === 'above') drawRule(pdf, y)
  for (const cell of written) if (cell.text !== '') write(pdf, cell, y + rowPadding)
  pdf.y = y + height
  if (rule === 'below') drawRule(pdf, pdf.y)
}

const drawFeet = (pdf: Pdf, foot: string): void => {
  const { count } = pdf.bufferedPageRange()
  const y = page.height - page.margin - 10
  const how = { size: 7.5, colour: second } as const
  for (let i = 0; i < count; i++) {
    pdf.switchToPage(i)
    drawRule(pdf, y - 6)
    write(pdf, { x: 0, width: innerWidth - 80, text: lettersOf(foot), ...how }, y)
    write(pdf, { x: innerWidth - 80, width: 80, text: `page ${i + 1} of ${count}`, ...how, ends: 'right' }, y)
  }
}

/** Begins a document. Its dates are those of what it tells, so that the same document is the same bytes whenever it is made. */
export const makePaper = ({ title, subject, at }: Readonly<{ title: string; subject: string; at: Instant }>): Paper => {
  // oxlint-disable-next-line no-restricted-globals -- the library takes dates of no other kind.
  const made = new Date(at * 1000)
  const info = {
    Title: lettersOf(title),
    Subject: lettersOf(subject),
    Producer: 'Offtake',
    Creator: 'Offtake',
    CreationDate: made,
    ModDate: made,
  }
  const margins = { top: page.margin, left: page.margin, right: page.margin, bottom: 0 }
  const pdf = new PDFDocument({ size: 'A4', margins, info, bufferPages: true, lang: 'en', displayTitle: true, pdfVersion: '1.7' })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => void chunks.push(chunk))
  const ended = new Promise<Buffer>((resolve) => void pdf.on('end', () => resolve(Buffer.concat(chunks))))
  pdf.y = page.margin
  return {
    say: (text, how = {}) => drawRow(pdf, [{ x: 0, width: innerWidth, text, ...how }], {}),
    row: (cells, more = {}) => drawRow(pdf, cells, more),
    keep: (points) => keepRoom(pdf, points),
    gap: (points) => void (pdf.y += points),
    end: (foot) => {
      drawFeet(pdf, foot)
      pdf.end()
      return ended
    },
  }
}
