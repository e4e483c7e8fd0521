/** Why a number is not there. Each looks different, everywhere. */
export const absences = ['zero', 'not-applicable', 'not-yet', 'no-evidence', 'not-disclosed', 'failed', 'not-allowed'] as const
export type Absence = (typeof absences)[number]

const marks: Readonly<Record<Absence, readonly [mark: string, name: string]>> = {
  zero: ['0.00', 'zero'],
  'not-applicable': ['–', 'not applicable'],
  'not-yet': ['·', 'not yet'],
  'no-evidence': ['', 'no evidence'],
  'not-disclosed': ['n.d.', 'not disclosed'],
  failed: ['⟳', 'failed to load'],
  'not-allowed': ['⊘', 'not allowed'],
}

export const Absent = ({ kind }: Readonly<{ kind: Absence }>) => {
  const [mark, name] = marks[kind]
  return (
    <span className={`absent absent-${kind}`} title={name}>
      <span aria-hidden="true">{mark}</span>
      <span className="hidden">{name}</span>
    </span>
  )
}
