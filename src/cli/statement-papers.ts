import * as fs from 'node:fs'
import { pdfLinesMax, statementPdf, type StatedRecord } from '../server/papers/statement-pdf.ts'
import { statementWorkbook } from '../server/papers/statement-workbook.ts'
import { badInput, failure, type Context } from './context.ts'

/** Files in which a statement is wanted beside what is printed. */
export type Papers = Readonly<{ pdf?: string; xlsx?: string }>

/** All of a file or none of it: what was there stays until the new one is complete. */
const writeWhole = (file: string, bytes: Uint8Array): void => {
  const beside = `${file}.${process.pid}.part`
  try {
    fs.writeFileSync(beside, bytes)
    fs.renameSync(beside, file)
  } finally {
    fs.rmSync(beside, { force: true })
  }
}

/** Writes the papers of a statement. Answers with the exit code. */
export const writePapers = async (record: StatedRecord, { pdf, xlsx }: Papers, { say }: Context): Promise<number> => {
  const { lines } = record.statement
  if (pdf !== undefined && lines.length > pdfLinesMax) {
    say(`this statement has ${lines.length} lines, and a PDF at most ${pdfLinesMax}: --xlsx, --csv and --json have all of them`)
    return badInput
  }
  try {
    if (pdf !== undefined) writeWhole(pdf, await statementPdf(record))
    if (xlsx !== undefined) writeWhole(xlsx, statementWorkbook(record))
  } catch (error) {
    say(`not written: ${(error as Error).message}`)
    return failure
  }
  return 0
}
