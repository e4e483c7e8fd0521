import { canonical } from '../core/base/canonical.ts'
import { statementCsv } from '../core/statements/csv.ts'
import { explainLine } from '../core/statements/explain.ts'
import { renderStatement } from '../core/statements/render.ts'
import type { Statement } from '../core/statements/statement.ts'
import type { TermSource } from '../core/terms/agreement.ts'
import { badInput, type Context } from './context.ts'

/** How a statement is wanted: as a table, or one of these. */
export type Shape = Readonly<{ json?: boolean; csv?: boolean; explain?: string }>

/** Prints a statement, or one line of it with its reasons. Answers with the exit code. */
export const showStatement = (statement: Statement, sources: readonly TermSource[], shape: Shape, context: Context): number => {
  if (shape.explain !== undefined) return explain(statement, sources, shape.explain, context)
  if (shape.json === true) context.print(`${canonical(statement)}\n`)
  else if (shape.csv === true) context.print(statementCsv(statement))
  else context.print(renderStatement(statement, sources))
  return 0
}

const explain = (statement: Statement, sources: readonly TermSource[], wanted: string, { print, say }: Context): number => {
  const line = statement.lines.find(({ number, key }) => `${number}` === wanted || key === wanted)
  if (line !== undefined) {
    print(explainLine(statement, line, sources))
    return 0
  }
  say(`${statement.agreement} ${statement.month} has no line ${wanted}; it has:`)
  for (const { number, key, text } of statement.lines) say(`  ${number}  ${text}  (${key})`)
  return badInput
}
