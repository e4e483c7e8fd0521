import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { keyDaysMax, type MadeKeyWire } from '../wire/key.ts'
import { Choices } from './Choices.tsx'
import { Confirm } from './Confirm.tsx'
import { instantText } from './dates.ts'
import { postJson } from './fetch.ts'
import { Field } from './Field.tsx'
import { useOnce } from './once.ts'
import { actingText } from './role-words.ts'
import { SecretShown } from './SecretShown.tsx'
import { useActing } from './session.ts'
import { useShownOnce } from './shown-once.ts'

const lifetimes = [30, 90, 180, keyDaysMax] as const
const daysUsual = 90

type FormProps = Readonly<{ scopes: readonly string[]; onMade: (made: MadeKeyWire) => void; onClose: () => void }>

const Form = ({ scopes, onMade, onClose }: FormProps) => {
  const acting = useActing()
  const client = useQueryClient()
  const field = useId()
  const once = useOnce()
  const [name, setName] = useState('')
  const [days, setDays] = useState(daysUsual)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const act = async () => {
    if (name.trim() === '' || chosen.length === 0) throw new Error('Say what it is for, and choose what it may do.')
    const body = { name: name.trim(), scopes: chosen, days }
    onMade(
      await once((key) => postJson<MadeKeyWire>('/api/keys', body, `${key} ${body.name} ${body.scopes.join(' ')} ${days}`.slice(0, 200))),
    )
    await client.invalidateQueries({ queryKey: ['keys'] })
  }
  return (
    <Confirm title="Make a key" verb={name.trim() === '' ? 'Make a key' : `Make ${name.trim()}`} act={act} onClose={onClose}>
      <Field label="What it is for" value={name} maxLength={100} placeholder="such as agent of Sydney" set={setName} />
      <p className="field">
        <label htmlFor={field}>Holds for</label>
        <select id={field} value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {lifetimes.map((each) => (
            <option key={each} value={each}>
              {each} days
            </option>
          ))}
        </select>
      </p>
      <Choices legend="What it may do" of={scopes} chosen={chosen} onChosen={setChosen} />
      <p className="second">
        It acts as {acting === null ? 'nothing' : actingText(acting)}, like you, sees what you see, and ends with your role. It approves
        nothing.
      </p>
    </Confirm>
  )
}

const use = (
  <>
    and kept nowhere. Programs send it as <code>Authorization: Bearer …</code>
  </>
)

/** Makes a key and shows it, this once. */
export const MakeKey = ({ scopes }: Readonly<{ scopes: readonly string[] }>) => {
  const { isForm, made, open, onMade, onClose, forget } = useShownOnce<MadeKeyWire>()
  return (
    <>
      {scopes.length === 0 ? null : <Button onClick={open}>Make a key</Button>}
      {isForm ? <Form scopes={scopes} onMade={onMade} onClose={onClose} /> : null}
      {made === undefined ? null : (
        <SecretShown title={made.key.name} what="Key" secret={made.token} use={use} onClose={forget}>
          Until {instantText(made.key.expiresAt, 'UTC')}.
        </SecretShown>
      )}
    </>
  )
}
