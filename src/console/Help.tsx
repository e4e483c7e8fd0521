import { Kbd, Modal } from '@mantine/core'
import { Fragment } from 'react'
import { destinations } from './destinations.ts'
import { Absent, absences } from './Absent.tsx'

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['Ctrl', 'K'], 'Go to or do: by name, month, hash or amount'],
  ...destinations.map(({ key, name }) => [['g', key], name] as const),
  [['p'], 'Type a period: sep 27, last quarter, cy2'],
  [['['], 'Period before'],
  [[']'], 'Period after'],
  [['j'], 'Next amount of a statement, or row of a list'],
  [['k'], 'The one before'],
  [['↑', '↓', '←', '→'], 'Move on the map of racks; Enter comes nearer'],
  [['e'], 'Explain the amount; so does Enter'],
  [['a'], 'Approve the version; or prepare it, where that is next'],
  [['d'], 'Dispute the line that is explained'],
  [['↑', '↓'], 'Move in the reasons'],
  [['←', '→'], 'Fold and unfold a reason'],
  [['Enter'], 'Go to where a reason comes from'],
  [['.'], 'Exact values, before rounding'],
  [['c'], 'Copy the address of a reason'],
  [['v'], 'Compare the month with what it was or became'],
  [['x'], 'Charts or tables'],
  [['/'], 'Filter the table'],
  [['y'], 'Copy the address of the page'],
  [['Esc'], 'Back one level'],
  [['?'], 'This list'],
]

const absenceWords: Readonly<Record<(typeof absences)[number], string>> = {
  zero: 'Zero: it was worked out, and nothing is owed.',
  'not-applicable': 'Not applicable: there is no such number here.',
  'not-yet': 'Not yet: the period is not over, or not closed.',
  'no-evidence': 'No evidence: no reading says anything.',
  'not-disclosed': 'Not disclosed: it exists, and is not told.',
  failed: 'Failed to load: it exists, and could not be read just now.',
  'not-allowed': 'Not allowed: it exists, and somebody else may grant it.',
}

const HelpBody = () => (
  <>
    <dl className="keys">
      {keys.map(([names, does]) => (
        <Fragment key={does}>
          <dt>
            {names.map((name) => (
              <Kbd key={name}>{name}</Kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </Fragment>
      ))}
    </dl>
    <h2>What is not there</h2>
    <dl className="keys marks">
      {absences.map((kind) => (
        <Fragment key={kind}>
          <dt>
            <Absent kind={kind} />
          </dt>
          <dd>{absenceWords[kind]}</dd>
        </Fragment>
      ))}
      <dt>
        <sup className="assumed">a</sup>
      </dt>
      <dd>Rests on an assumption: the term was not disclosed. The assumption shows on hover and focus.</dd>
    </dl>
  </>
)

/** Every key, and every mark that stands where a number could. */
export const Help = ({ opened, onClose }: Readonly<{ opened: boolean; onClose: () => void }>) => (
  <Modal.Root opened={opened} onClose={onClose} size={640} centered>
    <Modal.Overlay />
    <Modal.Content>
      {/* Not Mantine's own head: it would be a second banner of the page. */}
      <div className="help-head">
        <Modal.Title>Keys and marks</Modal.Title>
        <Modal.CloseButton aria-label="Close" />
      </div>
      <Modal.Body>
        <HelpBody />
      </Modal.Body>
    </Modal.Content>
  </Modal.Root>
)
