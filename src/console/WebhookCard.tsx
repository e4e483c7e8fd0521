import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import type { WebhookWire } from '../wire/webhook.ts'
import { instantText } from './dates.ts'
import { countText } from './format.ts'
import { WebhookMessages } from './WebhookMessages.tsx'

export type WebhookAct = 'test' | 'rotate' | 'on' | 'off' | 'remove'

const lastText = ({ last }: WebhookWire): string => {
  if (last === null) return 'none yet'
  const what = last.outcome === 'delivered' ? `delivered, ${last.status}` : (last.reason ?? last.outcome)
  return `${instantText(last.at, 'UTC')}: ${what}`
}

const State = ({ of }: Readonly<{ of: WebhookWire }>) =>
  of.state === 'off' ? (
    <span className="pill breach">Off</span>
  ) : of.failingSince === null ? (
    <span className="pill">On</span>
  ) : (
    <span className="pill attention">Failing</span>
  )

const Facts = ({ of }: Readonly<{ of: WebhookWire }>) => (
  <dl className="webhook-facts">
    <dt>Told of</dt>
    <dd>{of.events === null ? 'everything' : of.events.join(', ')}</dd>
    <dt>Agreements</dt>
    <dd>{of.agreements === null ? `all that ${of.party} may see` : of.agreements.join(', ')}</dd>
    <dt>Last attempt</dt>
    <dd>{lastText(of)}</dd>
    {of.failingSince === null ? null : (
      <>
        <dt>Failing</dt>
        <dd>
          since {instantText(of.failingSince, 'UTC')}, {countText(of.failures)} {of.failures === 1 ? 'attempt' : 'attempts'}
        </dd>
      </>
    )}
    {of.waiting === 0 ? null : (
      <>
        <dt>Waiting</dt>
        <dd>
          {countText(of.waiting)} {of.waiting === 1 ? 'message' : 'messages'}
        </dd>
      </>
    )}
    {of.reason === null ? null : (
      <>
        <dt>Off because</dt>
        <dd>{of.reason}</dd>
      </>
    )}
  </dl>
)

/** One endpoint: how it does, what can be done with it, and what was sent to it. */
export const WebhookCard = ({ of, onAct }: Readonly<{ of: WebhookWire; onAct: (act: WebhookAct) => void }>) => {
  const [open, setOpen] = useState(false)
  const messages = useId()
  const named = <span className="hidden"> {of.url}</span>
  return (
    <section className="panel webhook" aria-label={of.url}>
      <header>
        <code>{of.url}</code> <State of={of} />
        {of.description === '' ? null : <span className="second">{of.description}</span>}
      </header>
      <Facts of={of} />
      <p className="webhook-acts">
        <Button size="xs" aria-expanded={open} aria-controls={messages} onClick={() => setOpen(!open)}>
          Messages{named}
        </Button>
        {of.state === 'on' ? (
          <Button size="xs" onClick={() => onAct('test')}>
            Send a test{named}
          </Button>
        ) : null}
        <Button size="xs" onClick={() => onAct('rotate')}>
          New secret{named}
        </Button>
        <Button size="xs" onClick={() => onAct(of.state === 'on' ? 'off' : 'on')}>
          {of.state === 'on' ? 'Turn off' : 'Turn on'}
          {named}
        </Button>
        <Button size="xs" onClick={() => onAct('remove')}>
          Remove{named}
        </Button>
      </p>
      <div id={messages}>{open ? <WebhookMessages of={of} /> : null}</div>
    </section>
  )
}
