import { useState, type ReactNode } from 'react'
import type { DraftWire } from '../wire/amendment.ts'
import type { RewordedWire } from '../wire/what-if.ts'
import { prose } from './dates.ts'
import { countText } from './format.ts'

const words: Readonly<Record<RewordedWire['kind'], string>> = { same: 'the same', changed: 'changed', added: 'added', removed: 'removed' }

/** Characters of a term's data that are shown. */
const dataMax = 160
const dataText = (value: string): string => {
  const text = value.replaceAll(',"', ', "').replaceAll('":', '": ')
  return text.length > dataMax ? `${text.slice(0, dataMax)} …` : text
}

const Data = ({ reworded: { beforeValue, afterValue, pointer } }: Readonly<{ reworded: RewordedWire }>) => (
  <>
    {beforeValue === null || beforeValue === afterValue ? null : (
      <del>
        <code title={beforeValue}>{dataText(beforeValue)}</code>
      </del>
    )}
    {afterValue === null ? null : (
      <ins>
        <code title={afterValue}>{dataText(afterValue)}</code>
      </ins>
    )}
    <span className="pointer">{pointer}</span>
  </>
)

const Said = ({ is: Tag, children }: Readonly<{ is: 'span' | 'ins'; children: ReactNode }>) => <Tag>{children}</Tag>

const Row = ({ reworded }: Readonly<{ reworded: RewordedWire }>) => (
  <tr className={`term-${reworded.kind}`}>
    <td className="whole second">{words[reworded.kind]}</td>
    <th scope="row">
      {reworded.kind === 'same' || reworded.before === null ? null : <del>{prose(reworded.before)}</del>}
      {reworded.after === null ? null : (
        <Said is={reworded.kind === 'same' ? 'span' : 'ins'}>
          {prose(reworded.after)}
          {reworded.assumed ? <sup className="assumed">a</sup> : null}
        </Said>
      )}
    </th>
    <td className="reworded">
      <Data reworded={reworded} />
    </td>
  </tr>
)

/** What a document says, term by term, against what is signed: each as a sentence beside its data. */
export const DraftTable = ({ draft }: Readonly<{ draft: DraftWire }>) => {
  const [all, setAll] = useState(draft.against === null)
  const changed = draft.sentences.filter(({ kind }) => kind !== 'same')
  const shown = all ? draft.sentences : changed
  const clauses = [...Map.groupBy(shown, ({ clause }) => clause)]
  const same = draft.sentences.length - changed.length
  return (
    <section className="panel scroll-x draft" aria-label="Terms, before and after">
      <header className="what-if-head">
        <h2>{draft.against === null ? `Version ${draft.version}` : `Version ${draft.version} against version ${draft.against}`}</h2>
        <span className="third">
          {draft.against === null
            ? `${countText(changed.length)} terms`
            : changed.length === 0
              ? 'every term reads the same'
              : `${countText(changed.length)} terms change, ${countText(same)} stay`}
        </span>
        <span className="spring" />
        {draft.against === null ? null : (
          <button type="button" className="quiet" aria-pressed={all} onClick={() => setAll(!all)}>
            All terms
          </button>
        )}
      </header>
      <table className="table drafted">
        <caption className="hidden">Terms of version {draft.version}, in words and as data</caption>
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col">What is agreed</th>
            <th scope="col">Data</th>
          </tr>
        </thead>
        {clauses.map(([clause, group]) => (
          <tbody key={clause ?? ''}>
            <tr className="group">
              <th scope="rowgroup" colSpan={3}>
                {clause === null ? 'The agreement' : `Clause ${clause}`}
              </th>
            </tr>
            {group.map((reworded, i) => (
              <Row key={`${reworded.pointer} ${i}`} reworded={reworded} />
            ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}
