import { Button, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { keyDaysMax, type MadeKeyWire } from '../wire/key.ts'
import { announce } from './announce.ts'
import { Confirm } from './Confirm.tsx'
import { instantText } from './dates.ts'
import { postJson } from './fetch.ts'
import { actingText } from './role-words.ts'
import { useActing } from './session.ts'

const lifetimes = [30, 90, 180, keyDaysMax] as const
const daysUsual = 90

type FormProps = Readonly<{ scopes: readonly string[]; onMade: (made: MadeKeyWire) => void; onClose: () => void }>

const Form = ({ scopes, onMade, onClose }: FormProps) => {
  const acting = useActing()
  const client = useQueryClient()
  const field = useId()
  const [key] = useState(() => crypto.randomUUID())
  const [name, setName] = useState('')
  const [days, setDays] = useState(daysUsual)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const toggle = (scope: string): void => setChosen(chosen.includes(scope) ? chosen.filter((each) => each !== scope) : [...chosen, scope])
  const act = async () => {
    if (name.trim() === '' || chosen.length === 0) throw new Error('Say what it is for, and choose what it may do.')
    const body = { name: name.trim(), scopes: scopes.filter((each) => chosen.includes(each)), days }
    onMade(await postJson<MadeKeyWire>('/api/keys', body, `${key} ${body.name} ${body.scopes.join(' ')} ${days}`.slice(0, 200)))
    await client.invalidateQueries({ queryKey: ['keys'] })
  }
  return (
    <Confirm title="Make a key" verb={name.trim() === '' ? 'Make a key' : `Make ${name.trim()}`} act={act} onClose={onClose}>
      <p className="field">
        <label htmlFor={`${field}-n`}>What it is for</label>
        <input
          id={`${field}-n`}
          value={name}
          maxLength={100}
          placeholder="such as agent of Sydney"
          onChange={({ target }) => setName(target.value)}
        />
      </p>
      <p className="field">
        <label htmlFor={`${field}-d`}>Holds for</label>
        <select id={`${field}-d`} value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {lifetimes.map((each) => (
            <option key={each} value={each}>
              {each} days
            </option>
          ))}
        </select>
      </p>
      <fieldset className="scopes">
        <legend>What it may do</legend>
        {scopes.map((scope) => (
          <label key={scope}>
            <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} /> {scope}
          </label>
        ))}
      </fieldset>
      <p className="second">
        It acts as {acting === null ? 'nothing' : actingText(acting)}, like you, sees what you see, and ends with your role. It approves
        nothing.
      </p>
    </Confirm>
  )
}

const Shown = ({ made, onClose }: Readonly<{ made: MadeKeyWire; onClose: () => void }>) => (
  <Modal.Root opened onClose={onClose} size={620} centered closeOnClickOutside={false}>
    <Modal.Overlay />
    <Modal.Content>
      <div className="help-head">
        <Modal.Title>{made.key.name}</Modal.Title>
      </div>
      <Modal.Body className="confirm">
        <p>
          <b>Copy it now: it is shown this once</b>, and kept nowhere. Programs send it as <code>Authorization: Bearer …</code>
        </p>
        <p className="token">
          <code>{made.token ?? 'It was shown before, and cannot be shown again.'}</code>
          {made.token === null ? null : (
            <Button size="xs" onClick={() => void navigator.clipboard.writeText(made.token ?? '').then(() => announce('Key copied'))}>
              Copy
            </Button>
          )}
        </p>
        <p className="second">Until {instantText(made.key.expiresAt, 'UTC')}.</p>
        <p className="acts">
          <Button className="main-button" variant="filled" onClick={onClose}>
            I have it
          </Button>
        </p>
      </Modal.Body>
    </Modal.Content>
  </Modal.Root>
)

type Stage = Readonly<{ kind: 'none' | 'form' }> | Readonly<{ kind: 'made'; made: MadeKeyWire }>

/** Makes a key and shows it, this once. */
export const MakeKey = ({ scopes }: Readonly<{ scopes: readonly string[] }>) => {
  const [stage, setStage] = useState<Stage>({ kind: 'none' })
  // The form closes itself once it is done: what was made stays.
  const close = () => setStage((now) => (now.kind === 'made' ? now : { kind: 'none' }))
  return (
    <>
      {scopes.length === 0 ? null : <Button onClick={() => setStage({ kind: 'form' })}>Make a key</Button>}
      {stage.kind === 'form' ? <Form scopes={scopes} onMade={(made) => setStage({ kind: 'made', made })} onClose={close} /> : null}
      {stage.kind === 'made' ? <Shown made={stage.made} onClose={() => setStage({ kind: 'none' })} /> : null}
    </>
  )
}
