import { Button, Popover } from '@mantine/core'
import type { StatementWire } from '../wire/statement.ts'

const kinds = [
  ['pdf', 'PDF', 'on paper'],
  ['xlsx', 'XLSX', 'lines and totals as a workbook'],
  ['csv', 'CSV', 'lines'],
  ['json', 'JSON', 'as stored, with its hash'],
] as const

/** Where the server keeps this version as a file. */
const fileOf = ({ agreement: id, month, version }: StatementWire, kind: string): string =>
  `/api/agreements/${encodeURIComponent(id)}/periods/${month}/statement.${kind}?v=${version}`

/** A statement to keep, in four forms. */
export const StatementFiles = ({ statement }: Readonly<{ statement: StatementWire }>) => (
  <Popover position="bottom-end" trapFocus withinPortal={false}>
    <Popover.Target>
      <Button>Download</Button>
    </Popover.Target>
    <Popover.Dropdown>
      <ul className="file-list">
        {kinds.map(([kind, name, what]) => (
          <li key={kind}>
            <a className="link" href={fileOf(statement, kind)} download>
              {name}
            </a>
            <span className="third">{what}</span>
          </li>
        ))}
      </ul>
    </Popover.Dropdown>
  </Popover>
)
