import { Button, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import type { AddWebhookWire, MadeWebhookWire } from '../wire/webhook.ts'
import { announce } from './announce.ts'
import { Confirm } from './Confirm.tsx'
import { postJson } from './fetch.ts'

type FormProps = Readonly<{ events: readonly string[]; onMade: (made: MadeWebhookWire) => void; onClose: () => void }>

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== '')

const Form = ({ events, onMade, onClose }: FormProps) => {
  const client = useQueryClient()
  const field = useId()
  const [key] = useState(() => crypto.randomUUID())
  const [url, setUrl] = useState('')
  const [description, setDescription] = useState('')
  const [agreements, setAgreements] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>(events)
  const toggle = (event: string): void => setChosen(chosen.includes(event) ? chosen.filter((each) => each !== event) : [...chosen, event])
  const act = async () => {
    if (chosen.length === 0) throw new Error('Choose what it is to be told of.')
    const named = listOf(agreements)
    const body = {
      url: url.trim(),
      description: description.trim(),
      // All of them is also what is added later.
      events: chosen.length === events.length ? null : events.filter((each) => chosen.includes(each)),
      agreements: named.length === 0 ? null : named,
    } as AddWebhookWire
    onMade(await postJson<MadeWebhookWire>('/api/webhooks', body, `${key} ${JSON.stringify(body)}`.slice(0, 200)))
    await client.invalidateQueries({ queryKey: ['webhooks'] })
  }
  return (
    <Confirm title="Add a webhook" verb="Add it" act={act} onClose={onClose}>
      <p className="field">
        <label htmlFor={`${field}-u`}>Address</label>
        <input
          id={`${field}-u`}
          type="url"
          value={url}
          placeholder="https://example.com/offtake"
          onChange={({ target }) => setUrl(target.value)}
        />
      </p>
      <p className="field">
        <label htmlFor={`${field}-d`}>What it is for</label>
        <input id={`${field}-d`} value={description} maxLength={200} onChange={({ target }) => setDescription(target.value)} />
      </p>
      <p className="field">
        <label htmlFor={`${field}-a`}>Agreements</label>
        <input
          id={`${field}-a`}
          value={agreements}
          placeholder="all that you may see"
          onChange={({ target }) => setAgreements(target.value)}
        />
      </p>
      <fieldset className="scopes">
        <legend>What it is told of</legend>
        {events.map((event) => (
          <label key={event}>
            <input type="checkbox" checked={chosen.includes(event)} onChange={() => toggle(event)} /> {event}
          </label>
        ))}
      </fieldset>
      <p className="second">Messages say what happened and to what, and little more: whoever wants more asks the API.</p>
    </Confirm>
  )
}

/** A secret, this once. */
export const SecretShown = ({ secret, onClose, children }: Readonly<{ secret: string; onClose: () => void; children: ReactNode }>) => (
  <Modal.Root opened onClose={onClose} size={620} centered closeOnClickOutside={false}>
    <Modal.Overlay />
    <Modal.Content>
      <div className="help-head">
        <Modal.Title>Secret of the webhook</Modal.Title>
      </div>
      <Modal.Body className="confirm">
        <p>
          <b>Copy it now: it is shown this once.</b> The receiver verifies messages by it.
        </p>
        <p className="token">
          <code>{secret}</code>
          <Button size="xs" onClick={() => void navigator.clipboard.writeText(secret).then(() => announce('Secret copied'))}>
            Copy
          </Button>
        </p>
        <p className="second">{children}</p>
        <p className="acts">
          <Button className="main-button" variant="filled" onClick={onClose}>
            I have it
          </Button>
        </p>
      </Modal.Body>
    </Modal.Content>
  </Modal.Root>
)

type Stage = Readonly<{ kind: 'none' | 'form' }> | Readonly<{ kind: 'made'; made: MadeWebhookWire }>

/** Adds an endpoint and shows its secret, this once. */
export const AddWebhook = ({ events }: Readonly<{ events: readonly string[] }>) => {
  const [stage, setStage] = useState<Stage>({ kind: 'none' })
  // The form closes itself once it is done: what was made stays.
  const close = () => setStage((now) => (now.kind === 'made' ? now : { kind: 'none' }))
  return (
    <>
      {events.length === 0 ? null : <Button onClick={() => setStage({ kind: 'form' })}>Add a webhook</Button>}
      {stage.kind === 'form' ? <Form events={events} onMade={(made) => setStage({ kind: 'made', made })} onClose={close} /> : null}
      {stage.kind === 'made' ? (
        <SecretShown secret={stage.made.secret} onClose={() => setStage({ kind: 'none' })}>
          {stage.made.webhook.url} is told from now on.
        </SecretShown>
      ) : null}
    </>
  )
}
