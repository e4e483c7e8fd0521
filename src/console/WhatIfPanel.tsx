import { ActionIcon, Button } from '@mantine/core'
import { useState, type SyntheticEvent } from 'react'
import type { Json } from '../core/base/canonical.ts'
import type { AgreementWire, SentenceWire } from '../wire/agreement.ts'
import type { RewordedWire } from '../wire/what-if.ts'
import { prose } from './dates.ts'
import { countText } from './format.ts'
import { leavesOf, useWhatIf, valueOfText, type Asking, type Leaf } from './what-if.ts'
import { WhatIfTable } from './WhatIfTable.tsx'

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** `steps 2, value` of `/clauses/1/price/steps/1/value` below `/clauses/1/price`. */
const labelOf = (pointer: string, above: string): string => {
  const tokens = pointer.slice(above.length).split('/').slice(1)
  if (tokens.length === 0) return above.split('/').at(-1) ?? above
  return tokens.map((token, i) => (/^\d+$/.test(token) ? `${i === 0 ? 'number ' : ''}${Number(token) + 1}` : token)).join(' ')
}

type FormProps = Readonly<{ sentence: SentenceWire; asked: readonly Leaf[]; running: boolean; onAsk: (leaves: readonly Leaf[]) => void }>

const Form = ({ sentence, asked, running, onAsk }: FormProps) => {
  const leaves = leavesOf(sentence)
  const now = (leaf: Leaf): string => textOf(asked.find(({ pointer }) => pointer === leaf.pointer)?.value ?? leaf.value)
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onAsk(leaves.map((leaf) => ({ pointer: leaf.pointer, value: valueOfText(texts[leaf.pointer] ?? now(leaf), leaf.value) })))
  }
  return (
    <form className="what-if-form" onSubmit={submit}>
      {leaves.map((leaf) => (
        <label key={leaf.pointer}>
          <span>
            {labelOf(leaf.pointer, sentence.pointer)} <span className="third">signed {textOf(leaf.value)}</span>
          </span>
          <input
            value={texts[leaf.pointer] ?? now(leaf)}
            onChange={(event) => setTexts({ ...texts, [leaf.pointer]: event.target.value })}
            maxLength={200}
            autoComplete="off"
          />
        </label>
      ))}
      <Button type="submit" variant="filled" disabled={running}>
        {running ? 'Settling …' : 'Settle past months'}
      </Button>
    </form>
  )
}

const Reworded = ({ sentences }: Readonly<{ sentences: readonly RewordedWire[] }>) => (
  <div className="reworded">
    {sentences.map(({ pointer, before, after }, i) => (
      <div key={`${pointer} ${i}`}>
        {before === null ? null : <del>{prose(before)}</del>}
        {after === null ? null : <ins>{prose(after)}</ins>}
      </div>
    ))}
  </div>
)

const Failed = ({ asking: { failure } }: Readonly<{ asking: Asking }>) =>
  failure === undefined ? null : (
    <div className="breach-box" role="alert">
      <p>{failure.problem.title}</p>
      <ul>
        {(failure.problem.errors ?? [{ pointer: '', detail: failure.problem.detail }]).map(({ pointer, detail }) => (
          <li key={pointer + detail}>
            {pointer === '' ? null : <code>{pointer}</code>} {detail}
          </li>
        ))}
      </ul>
    </div>
  )

const Answered = ({ asking, agreement }: Readonly<{ asking: Asking; agreement: AgreementWire }>) => {
  const { months, whole, running } = asking
  return (
    <>
      {running ? (
        <p className="inside" role="status">
          {countText(months.length)} of {countText(agreement.finalMonths)} months settled
          <progress value={months.length} max={Math.max(1, agreement.finalMonths)} />
        </p>
      ) : null}
      {months.length === 0 ? null : <WhatIfTable months={months} totals={whole?.totals} agreement={agreement} />}
    </>
  )
}

type Props = Readonly<{
  agreement: AgreementWire
  sentence: SentenceWire
  asked: readonly Leaf[]
  onAsk: (leaves: readonly Leaf[]) => void
  onClose: () => void
}>

/** A term with another value, and what the past months would then have come to. Nothing here is the agreement, and it looks so. */
export const WhatIfPanel = ({ agreement, sentence, asked, onAsk, onClose }: Props) => {
  const leaves = leavesOf(sentence)
  const changes = asked.filter(({ pointer, value }) => leaves.some((leaf) => leaf.pointer === pointer && leaf.value !== value))
  const asking = useWhatIf(agreement.id, changes)
  const reworded = asking.whole?.sentences ?? []
  return (
    <aside className="explain what-if" id="what-if" aria-label="What if" tabIndex={-1}>
      <header>
        <div className="explain-title">
          <span className="pill attention">What if, not the agreement</span>
          <ActionIcon aria-label="Close" onClick={onClose}>
            <span aria-hidden="true">✕</span>
          </ActionIcon>
        </div>
        {reworded.length === 0 ? <p className="second">{prose(sentence.text)}</p> : <Reworded sentences={reworded} />}
      </header>
      <Form key={sentence.pointer} sentence={sentence} asked={asked} running={asking.running} onAsk={onAsk} />
      <p className="inside third">
        Settled from the readings there are, not simulated, under the latest version with this change. Nothing of it is kept.
      </p>
      <Failed asking={asking} />
      {agreement.finalMonths === 0 ? <p className="inside">No month is final yet: there is nothing to settle again.</p> : null}
      {changes.length === 0 ? (
        <p className="inside second">Change a value to see what the {countText(agreement.finalMonths)} final months would have come to.</p>
      ) : (
        <Answered asking={asking} agreement={agreement} />
      )}
    </aside>
  )
}
