import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AuditEntryWire } from '../wire/audit.ts'
import { Absent } from './Absent.tsx'
import { changesOf, type Change } from './audit-diff.ts'
import { auditEntry } from './audit-queries.ts'
import { instantText } from './dates.ts'
import { amountText } from './format.ts'

export const auditHeads = ['Effective, recorded, UTC', 'Who', 'Acting as', 'From', 'Act', 'Object', 'Before and after']

/** Changes that a row shows before it is opened. */
const changesShownMax = 3
/** Characters of a hash or another long word that are shown; the whole stands in what opens. */
const wordMax = 34

const short = (text: string): string =>
  /^-?\d+\.\d{2,}$/.test(text)
    ? amountText(text)
    : /^[0-9a-f]{64}$/.test(text)
      ? `${text.slice(0, 10)}…`
      : text.length > wordMax
        ? `${text.slice(0, wordMax)}…`
        : text

const Value = ({ text }: Readonly<{ text: string | undefined }>) =>
  text === undefined ? <Absent kind="not-applicable" /> : <span title={short(text) === text ? undefined : text}>{short(text)}</span>

const ChangeText = ({ change: { name, before, after } }: Readonly<{ change: Change }>) => (
  <li>
    <span className="second">{name} </span>
    {before === undefined ? null : (
      <>
        <del>
          <span className="hidden">was </span>
          <Value text={before} />
        </del>
        <span aria-hidden="true"> → </span>
      </>
    )}
    <ins>
      <span className="hidden">is </span>
      {after === undefined ? 'gone' : <Value text={after} />}
    </ins>
  </li>
)

const Changes = ({ changes, isOpen }: Readonly<{ changes: readonly Change[]; isOpen: boolean }>) => {
  const shown = isOpen ? changes : changes.slice(0, changesShownMax)
  return changes.length === 0 ? (
    <Absent kind="not-applicable" />
  ) : (
    <ul className="changes">
      {shown.map((change) => (
        <ChangeText key={change.name} change={change} />
      ))}
      {shown.length < changes.length ? <li className="second">and {changes.length - shown.length} more</li> : null}
    </ul>
  )
}

/** The subject of a month leads to its page. */
const Subject = ({ subject, agreement }: Pick<AuditEntryWire, 'subject' | 'agreement'>) => {
  const month = agreement !== null && subject.startsWith(`${agreement} `) ? subject.slice(agreement.length + 1) : ''
  if (agreement === null) return <>{subject}</>
  return /^\d{4}-\d{2}$/.test(month) ? (
    <Link className="link" to="/agreements/$id/periods/$month" params={{ id: agreement, month }}>
      {subject}
    </Link>
  ) : subject.startsWith(`${agreement} version`) ? (
    <Link className="link" to="/agreements/$id" params={{ id: agreement }}>
      {subject}
    </Link>
  ) : (
    <>
      {subject} <span className="second whole">{agreement}</span>
    </>
  )
}

const pretty = (text: string): string => JSON.stringify(JSON.parse(text), null, 2)

/** All of an entry, and how it is bound to the one before. */
const Whole = ({ entry }: Readonly<{ entry: AuditEntryWire }>) => {
  const { data } = useQuery(auditEntry(entry.entry))
  const { link } = entry
  return (
    <dl className="entry">
      <dt>Recorded</dt>
      <dd>{entry.recordedAt === null ? 'before there was a chain' : instantText(entry.recordedAt, 'UTC')}, by the clock of the database</dd>
      <dt>Request</dt>
      <dd>{entry.request === null ? <Absent kind="not-applicable" /> : <code>{entry.request}</code>}</dd>
      <dt>Detail</dt>
      <dd>
        <pre>{pretty(entry.detail)}</pre>
      </dd>
      <dt>Sealed</dt>
      <dd>
        {link === null ? (
          'never: a check of the chain names it'
        ) : (
          <>
            at position {link.position}, sha256 <code>{link.hash}</code>
            <br />
            after <code>{link.previous ?? 'nothing: it is the first'}</code>
          </>
        )}
      </dd>
      <dt>Hashed text</dt>
      <dd>
        <pre className="wrapped">{data?.canonical ?? '…'}</pre>
      </dd>
    </dl>
  )
}

type RowProps = Readonly<{ entry: AuditEntryWire; isOpen: boolean; onOpen: (open: boolean) => void }>

/** One entry; opened, all of it. */
export const AuditRow = ({ entry, isOpen, onOpen }: RowProps) => {
  const changes = changesOf(entry.before, entry.before === null && entry.after === null ? entry.detail : entry.after)
  const name = entry.actorName ?? entry.actor
  return (
    <>
      <tr className={isOpen ? 'selected' : undefined}>
        <th scope="row" className="whole">
          <button type="button" className="explainable" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
            {instantText(entry.at, 'UTC').replace(/ UTC$/, '')}
          </button>
          <span className="second who">{entry.recordedAt === null ? '' : instantText(entry.recordedAt, 'UTC').replace(/ UTC$/, '')}</span>
        </th>
        <td>
          {name}
          {name === entry.actor ? null : <span className="second who"> {entry.actor}</span>}
        </td>
        <td>
          {entry.role === null && entry.party === null ? (
            <Absent kind="not-applicable" />
          ) : (
            [entry.role, entry.party].filter((each) => each !== null).join(' for ')
          )}
        </td>
        <td>{entry.origin ?? <Absent kind="not-applicable" />}</td>
        <td>{entry.action}</td>
        <td>
          <Subject subject={entry.subject} agreement={entry.agreement} />
        </td>
        <td>
          <Changes changes={changes} isOpen={isOpen} />
        </td>
      </tr>
      {isOpen ? (
        <tr className="opened">
          <td colSpan={auditHeads.length}>
            <Whole entry={entry} />
          </td>
        </tr>
      ) : null}
    </>
  )
}
