import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RotatedWire, WebhookWire } from '../wire/webhook.ts'
import { announce } from './announce.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { Confirm } from './Confirm.tsx'
import { instantText } from './dates.ts'
import { postJson } from './fetch.ts'
import { useOnce } from './once.ts'
import { AddWebhook, WebhookSecret } from './AddWebhook.tsx'
import { webhooks } from './webhook-queries.ts'
import { WebhookCard, type WebhookAct } from './WebhookCard.tsx'
import './webhooks.css'

type Asked = Readonly<{ act: Exclude<WebhookAct, 'test'>; of: WebhookWire }>

/** What will be so once it is done, and the words on the button. */
const words: Readonly<Record<Asked['act'], readonly [title: string, verb: string, effect: string]>> = {
  rotate: [
    'Make a new secret',
    'Make a new secret',
    'Messages are signed by the old one as well for a day, so that the receiver can be changed meanwhile. The new one is shown once.',
  ],
  off: ['Turn it off', 'Turn it off', 'Nothing is sent there until it is turned on. What happens meanwhile is not kept for it.'],
  on: ['Turn it on', 'Turn it on', 'What is told of from now on is sent there, and what waited for it for no more than five days.'],
  remove: ['Remove it', 'Remove it', 'Nothing more is sent there, and it cannot be brought back. What was sent stays in the audit log.'],
}

const AskFirst = ({
  asked: { act, of },
  onClose,
  onSecret,
}: Readonly<{ asked: Asked; onClose: () => void; onSecret: (of: RotatedWire) => void }>) => {
  const client = useQueryClient()
  const once = useOnce()
  const [title, verb, effect] = words[act]
  const at = `/api/webhooks/${of.id}`
  const run = async () => {
    if (act === 'rotate') onSecret(await once((key) => postJson<RotatedWire>(`${at}/secret`, {}, key)))
    else if (act === 'remove') await once((key) => postJson(at, {}, key, 'DELETE'))
    else await once((key) => postJson(at, { state: act }, key, 'PATCH'))
    // What is gone is not asked for once more.
    if (act === 'remove')
      client.setQueryData(webhooks.queryKey, (known) => known && { ...known, webhooks: known.webhooks.filter(({ id }) => id !== of.id) })
    await client.invalidateQueries({ queryKey: act === 'remove' ? webhooks.queryKey : ['webhooks'] })
    announce(`${verb}: done`)
  }
  return (
    <Confirm title={title} verb={verb} act={run} onClose={onClose}>
      <p>
        <code>{of.url}</code>
      </p>
      <p>{effect}</p>
    </Confirm>
  )
}

/** Where a party is told of what happens. */
export const WebhookSettings = () => {
  const query = useQuery(webhooks)
  const client = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const [secret, setSecret] = useState<RotatedWire>()
  const [problem, setProblem] = useState<string>()
  const onAct = (act: WebhookAct, of: WebhookWire): void => {
    setProblem(undefined)
    if (act !== 'test') return setAsked({ act, of })
    void postJson(`/api/webhooks/${of.id}/test`, {}, crypto.randomUUID()).then(
      () => (announce('A test message is on its way'), client.invalidateQueries({ queryKey: ['webhooks'] })),
      (error: Error) => setProblem(error.message),
    )
  }
  return (
    <>
      <header className="page-head">
        <h1>Webhooks</h1>
        <span className="second">Your programs are told of what happens, by signed messages</span>
        <span className="spring" />
        <AddWebhook events={query.data?.events ?? []} />
      </header>
      {problem === undefined ? null : (
        <p className="confirm-problem" role="alert">
          Nothing was sent. {problem}
        </p>
      )}
      <Answer
        what="The list of webhooks"
        query={query}
        skeleton={
          <section className="panel">
            <TableSkeleton caption="Webhooks" heads={['Address', 'State', 'Last attempt']} rows={2} />
          </section>
        }
      >
        {({ webhooks: all }) =>
          all.length === 0 ? (
            <section className="panel">
              <p className="empty">No address is told of anything yet. One that is added here is told from then on.</p>
            </section>
          ) : (
            all.map((of) => <WebhookCard key={of.id} of={of} onAct={(act) => onAct(act, of)} />)
          )
        }
      </Answer>
      {asked === undefined ? null : <AskFirst asked={asked} onClose={() => setAsked(undefined)} onSecret={setSecret} />}
      {secret === undefined ? null : (
        <WebhookSecret secret={secret.secret} onClose={() => setSecret(undefined)}>
          Messages are signed by the old one as well until {instantText(secret.previousUntil, 'UTC')}.
        </WebhookSecret>
      )}
    </>
  )
}
