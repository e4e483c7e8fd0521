import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AgreementWire } from '../wire/agreement.ts'
import { Notice } from './Answer.tsx'
import { dateText, endText, monthText } from './dates.ts'
import { periods } from './queries.ts'

type Props = Readonly<{ kind: string; id: string; month: string; terms: AgreementWire | undefined }>

const words = ({ kind, id, month, terms }: Props, end: string | undefined) => {
  const name = monthText(month)
  switch (kind) {
    case 'outside-term':
      return terms === undefined
        ? 'It lies outside the term of the agreement, so there will never be one.'
        : `The agreement runs from ${dateText(terms.term.from)} through ${dateText(terms.term.through)}, so there will never be one.`
    case 'not-begun':
      return `${name} has not begun. Its statement can be drawn up once it is over.`
    case 'not-over':
      return `The period ends ${end ?? 'with the month'}. Its statement can be drawn up after that.`
    default:
      return (
        <>
          {name} is over, and nobody has prepared its statement. The operator does; whoever owns this database closes it at once with{' '}
          <code>
            offtake close {id} {month}
          </code>
        </>
      )
  }
}

/** A month that has no statement, and why; never the same as one that failed to load. */
export const NotClosed = (props: Props) => {
  const { id, month, terms } = props
  const { data } = useQuery(periods(id))
  const row = data?.periods.find((each) => each.month === month)
  const last = data?.periods.find(({ status }) => status !== 'over' && status !== 'running')
  const end = row === undefined || terms === undefined ? undefined : endText(row.to, terms.zone)
  return (
    <Notice
      title={`No statement for ${monthText(month)}${props.kind === 'outside-term' ? '' : ' yet'}`}
      act={
        <>
          {last === undefined ? null : (
            <Button component={Link} to="/agreements/$id/periods/$month" params={{ id, month: last.month } as never}>
              Open {monthText(last.month)}
            </Button>
          )}
          <Button component={Link} to="/agreements/$id" params={{ id } as never}>
            Terms of {terms?.title ?? id}
          </Button>
        </>
      }
    >
      {words(props, end)}
    </Notice>
  )
}
