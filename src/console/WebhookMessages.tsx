import { Button } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { MessageWire, SentAgainWire, WebhookWire } from '../wire/webhook.ts'
import { Absent } from './Absent.tsx'
import { announce } from './announce.ts'
import { Answer } from './Answer.tsx'
import { DateField } from './DateField.tsx'
import { instantText } from './dates.ts'
import { postJson } from './fetch.ts'
import { countText } from './format.ts'
import { webhookMessages } from './webhook-queries.ts'

const heads = ['Happened, UTC', 'Message', 'Agreement', 'State', 'Attempts', 'Last answer', '']
const states: Readonly<Record<MessageWire['state'], string>> = { waiting: 'waiting', delivered: 'delivered', 'given-up': 'given up' }

const answerText = ({ last }: MessageWire): string => {
  if (last === null) return ''
  const what = last.status === null ? (last.reason ?? '') : `${last.status} ${(last.answer ?? '').slice(0, 60)}`
  const again = last.againAt === null ? '' : `; again ${instantText(last.againAt, 'UTC')}`
  return `${what.trim()} (${countText(last.ms)} ms)${again}`
}

const Row = ({ message, onAgain }: Readonly<{ message: MessageWire; onAgain: (() => void) | undefined }>) => (
  <tr>
    <th scope="row" className="whole">
      {instantText(message.at, 'UTC').replace(/ UTC$/, '')}
    </th>
    <td>
      {message.type} <code className="second">{message.id}</code>
    </td>
    <td>{message.agreement ?? <Absent kind="not-applicable" />}</td>
    <td>{states[message.state]}</td>
    <td className="number">{countText(message.attempts)}</td>
    <td>{message.last === null ? <Absent kind="not-yet" /> : answerText(message)}</td>
    <td className="row-acts">
      {onAgain === undefined ? null : (
        <Button size="xs" onClick={onAgain}>
          Send again<span className="hidden"> {message.id}</span>
        </Button>
      )}
    </td>
  </tr>
)

/** Everything since a day, once more. */
const AllAgain = ({ onAgain }: Readonly<{ onAgain: (since: string) => void }>) => {
  const field = useId()
  const [day, setDay] = useState('')
  return (
    <p className="more all-again">
      <label htmlFor={field}>Send again all since</label>
      <DateField id={field} label="Send again all since" value={day} onChange={(date) => setDay(date ?? '')} />
      <span className="second">00:00 UTC</span>
      <Button size="xs" disabled={day === ''} onClick={() => onAgain(`${day}T00:00:00Z`)}>
        Send them again
      </Button>
    </p>
  )
}

/** What was sent to an endpoint, or is to be. */
export const WebhookMessages = ({ of }: Readonly<{ of: WebhookWire }>) => {
  const query = useInfiniteQuery(webhookMessages(of.id))
  const client = useQueryClient()
  const [problem, setProblem] = useState<string>()
  const send = (path: string, body: object): void => {
    void postJson<SentAgainWire>(`/api/webhooks/${of.id}${path}`, body, crypto.randomUUID()).then(
      ({ sent, more }) => {
        setProblem(more ? `${sent} are sent again; there are more: begin later for those.` : undefined)
        announce(`${sent} sent again`)
        return client.invalidateQueries({ queryKey: ['webhooks'] })
      },
      (error: Error) => setProblem(error.message),
    )
  }
  const isOn = of.state === 'on'
  return (
    <Answer what="The list of messages" query={query} skeleton={<p className="more">…</p>}>
      {({ pages }) => (
        <div className="scroll-x">
          {problem === undefined ? null : (
            <p className="confirm-problem" role="alert">
              {problem}
            </p>
          )}
          {pages[0]?.messages.length === 0 ? (
            <p className="empty">Nothing was told of yet. The next thing that happens is; a test shows whether it arrives.</p>
          ) : (
            <table className="table settings-table messages">
              <caption className="hidden">Messages to {of.url}</caption>
              <thead>
                <tr>
                  {heads.map((head) => (
                    <th key={head} scope="col" className={head === 'Attempts' ? 'number' : undefined}>
                      {head === '' ? <span className="hidden">Acts</span> : head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {pages
                  .flatMap(({ messages }) => messages)
                  .map((message) => (
                    <Row key={message.id} message={message} onAgain={isOn ? () => send(`/messages/${message.id}/again`, {}) : undefined} />
                  ))}
              </tbody>
            </table>
          )}
          {query.hasNextPage ? (
            <p className="more">
              <Button size="xs" onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
                Show older
              </Button>
            </p>
          ) : null}
          {isOn ? <AllAgain onAgain={(since) => send('/again', { since })} /> : null}
        </div>
      )}
    </Answer>
  )
}
