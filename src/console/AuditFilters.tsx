import { useState } from 'react'
import type { AuditView } from './audit-queries.ts'
import { DateField } from './DateField.tsx'

type TextName = 'subject' | 'agreement' | 'actor'
const texts: readonly (readonly [name: TextName, label: string, example: string])[] = [
  ['subject', 'Object', 'sharon-ai 2026-10'],
  ['agreement', 'Agreement', 'sharon-ai'],
  ['actor', 'Who', 'name or id'],
]

/** What is typed counts once it is done with: Enter, or leaving the field. */
const TextFilter = ({
  label,
  example,
  value,
  onChange,
}: Readonly<{ label: string; example: string; value: string; onChange: (text: string) => void }>) => {
  const [typed, setTyped] = useState<string>()
  const settle = () => {
    if (typed !== undefined && typed.trim() !== value) onChange(typed.trim())
    setTyped(undefined)
  }
  return (
    <label>
      {label}
      <input
        type="search"
        value={typed ?? value}
        placeholder={example}
        maxLength={200}
        onChange={({ target }) => setTyped(target.value)}
        onBlur={settle}
        onKeyDown={({ key }) => void (key === 'Enter' && settle())}
      />
    </label>
  )
}

type FilterProps = Readonly<{ view: AuditView; actions: readonly string[]; onChange: (more: AuditView) => void; onClear: () => void }>

/** Which entries are shown: all of it is in the address. */
export const AuditFilters = ({ view, actions, onChange, onClear }: FilterProps) => {
  const isSet = [...texts.map(([name]) => view[name]), view.action, view.from, view.to].some((each) => each !== undefined)
  const known = view.action === undefined || actions.includes(view.action) ? actions : [...actions, view.action]
  return (
    <search className="audit-filters" aria-label="Entries shown">
      {texts.map(([name, label, example]) => (
        <TextFilter
          key={name}
          label={label}
          example={example}
          value={view[name] ?? ''}
          onChange={(text) => onChange({ [name]: text === '' ? undefined : text })}
        />
      ))}
      <label>
        Act
        <select value={view.action ?? ''} onChange={({ target }) => onChange({ action: target.value === '' ? undefined : target.value })}>
          <option value="">any</option>
          {known.map((action) => (
            <option key={action}>{action}</option>
          ))}
        </select>
      </label>
      {(['from', 'to'] as const).map((name) => (
        <label key={name}>
          {name === 'from' ? 'From' : 'Through'}, UTC
          <DateField
            label={name === 'from' ? 'From, UTC' : 'Through, UTC'}
            value={view[name] ?? ''}
            onChange={(date) => date !== undefined && onChange({ [name]: date === '' ? undefined : date })}
          />
        </label>
      ))}
      {isSet ? (
        <button type="button" className="link" onClick={onClear}>
          Show all
        </button>
      ) : null}
    </search>
  )
}
