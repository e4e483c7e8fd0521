import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { AddWebhookWire, MadeWebhookWire } from '../wire/webhook.ts'
import { Choices } from './Choices.tsx'
import { Confirm } from './Confirm.tsx'
import { postJson } from './fetch.ts'
import { Field } from './Field.tsx'
import { useOnce } from './once.ts'
import { SecretShown } from './SecretShown.tsx'
import { useShownOnce } from './shown-once.ts'

type FormProps = Readonly<{ events: readonly string[]; onMade: (made: MadeWebhookWire) => void; onClose: () => void }>

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== '')

const Form = ({ events, onMade, onClose }: FormProps) => {
  const client = useQueryClient()
  const once = useOnce()
  const [url, setUrl] = useState('')
  const [description, setDescription] = useState('')
  const [agreements, setAgreements] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>(events)
  const act = async () => {
    if (chosen.length === 0) throw new Error('Choose what it is to be told of.')
    const named = listOf(agreements)
    const body = {
      url: url.trim(),
      description: description.trim(),
      // All of them is also what is added later.
      events: chosen.length === events.length ? null : chosen,
      agreements: named.length === 0 ? null : named,
    } as AddWebhookWire
    onMade(await once((key) => postJson<MadeWebhookWire>('/api/webhooks', body, `${key} ${JSON.stringify(body)}`.slice(0, 200))))
    await client.invalidateQueries({ queryKey: ['webhooks'] })
  }
  return (
    <Confirm title="Add a webhook" verb="Add it" act={act} onClose={onClose}>
      <Field label="Address" type="url" value={url} placeholder="https://example.com/offtake" set={setUrl} />
      <Field label="What it is for" value={description} maxLength={200} set={setDescription} />
      <Field label="Agreements" value={agreements} placeholder="all that you may see" set={setAgreements} />
      <Choices legend="What it is told of" of={events} chosen={chosen} onChosen={setChosen} />
      <p className="second">Messages say what happened and to what, and little more: whoever wants more asks the API.</p>
    </Confirm>
  )
}

type ShownProps = Readonly<{ secret: string; children: ReactNode; onClose: () => void }>

/** The secret of a webhook, this once. */
export const WebhookSecret = ({ secret, children, onClose }: ShownProps) => (
  <SecretShown
    title="Secret of the webhook"
    what="Secret"
    secret={secret}
    use="and the receiver verifies messages by it."
    onClose={onClose}
  >
    {children}
  </SecretShown>
)

/** Adds an endpoint and shows its secret, this once. */
export const AddWebhook = ({ events }: Readonly<{ events: readonly string[] }>) => {
  const { isForm, made, open, onMade, onClose, forget } = useShownOnce<MadeWebhookWire>()
  return (
    <>
      {events.length === 0 ? null : <Button onClick={open}>Add a webhook</Button>}
      {isForm ? <Form events={events} onMade={onMade} onClose={onClose} /> : null}
      {made === undefined ? null : (
        <WebhookSecret secret={made.secret} onClose={forget}>
          {made.webhook.url} is told from now on.
        </WebhookSecret>
      )}
    </>
  )
}
