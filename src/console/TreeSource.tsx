import { Link } from '@tanstack/react-router'
import type { InputWire, LineWire, StatementWire } from '../wire/statement.ts'
import { monthPlus } from './dates.ts'

/** The line of this statement that an input names; undefined where it came to nothing and has no line. */
export const lineOf = ({ source }: InputWire, { lines }: StatementWire): LineWire | undefined =>
  source.kind === 'line' ? lines.find(({ key }) => key === source.key) : undefined

type Props = Readonly<{ input: InputWire; statement: StatementWire; onLine: (line: number) => void }>

/** Where an input comes from, and the way there. */
export const TreeSource = ({ input, statement, onLine }: Props) => {
  const { source } = input
  const { agreement: id, month } = statement
  switch (source.kind) {
    case 'fact':
      return (
        <>
          Metered in {source.subject.split(' ').join(', ')}, from {source.reading.join(', ')} readings
        </>
      )
    case 'terms':
      return (
        <Link className="link" to="/agreements/$id" params={{ id }} hash={source.pointer}>
          Terms, version {source.version}, <code>{source.pointer}</code>
        </Link>
      )
    case 'line': {
      const other = lineOf(input, statement)
      return other === undefined ? (
        <>A line that came to nothing: {source.key}</>
      ) : (
        <button type="button" className="link" onClick={() => onLine(other.number)}>
          Line {other.number}, {other.text}
        </button>
      )
    }
    case 'state':
      return (
        <Link className="link" to="/agreements/$id/periods/$month" params={{ id, month: monthPlus(month, -1) }}>
          Carried from the statement before: {source.name}
        </Link>
      )
    case 'sum':
      return null
  }
}
