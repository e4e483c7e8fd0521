import { Tooltip } from '@mantine/core'
import { useEffect } from 'react'
import type { AgreementWire, SentenceWire } from '../wire/agreement.ts'
import { prose } from './dates.ts'
import { leavesOf } from './what-if.ts'

/** Characters of a term's data that are shown; the rest is in the document. */
const dataMax = 110

const Data = ({ sentence: { value } }: Readonly<{ sentence: SentenceWire }>) => {
  if (value === null) return <span className="third">by default</span>
  const text = value.replaceAll(',"', ', "').replaceAll('":', '": ')
  return <code title={text}>{text.length > dataMax ? `${text.slice(0, dataMax)} …` : text}</code>
}

const Source = ({ sentence: { source, note } }: Readonly<{ sentence: SentenceWire }>) => {
  switch (source) {
    case 'public':
      return <>{note}</>
    case 'assumption':
      return (
        <Tooltip label={`Assumed: ${note ?? 'the term was not disclosed'}`} w={300}>
          {/* The note is read with the keyboard too. */}
          <button type="button" className="source-assumed">
            <sup className="assumed">a</sup> assumed
          </button>
        </Tooltip>
      )
    case 'agreed':
      return <span className="third">as signed</span>
  }
}

const groupsOf = (sentences: readonly SentenceWire[]) => [...Map.groupBy(sentences, ({ clause }) => clause)]

/** The terms in words, each beside the data it speaks of and where that comes from. */
export const TermsTable = ({ agreement, onAsk }: Readonly<{ agreement: AgreementWire; onAsk?: (sentence: SentenceWire) => void }>) => {
  const { sentences, versions } = agreement
  useEffect(() => {
    // The rows come after the address was read: bring the one it names into view.
    const named = decodeURIComponent(location.hash.slice(1))
    if (named !== '') document.getElementById(nearest(named, sentences))?.scrollIntoView({ block: 'center' })
  }, [sentences])
  return (
    <section className="panel scroll-x">
      <table className="table terms">
        <caption>
          <h2>Terms in words</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">What was agreed</th>
            <th scope="col">Data, version {versions.at(-1)?.version}</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        {groupsOf(sentences).map(([clause, group]) => (
          <tbody key={clause ?? ''}>
            <tr className="group">
              <th scope="rowgroup" colSpan={3}>
                {clause === null ? 'The agreement' : `Clause ${clause}`}
              </th>
            </tr>
            {group.map((sentence, i) => (
              <tr key={`${sentence.pointer} ${sentence.version} ${i}`} id={idOf(sentence, group, i)}>
                <th scope="row">
                  {prose(sentence.text)}
                  {sentence.source === 'assumption' ? <sup className="assumed">a</sup> : null}
                </th>
                <td>
                  <Data sentence={sentence} />
                  {onAsk !== undefined && sentence.version === versions.at(-1)?.version && leavesOf(sentence).length > 0 ? (
                    <button type="button" className="quiet ask" data-ask={sentence.pointer} onClick={() => onAsk(sentence)}>
                      What if
                    </button>
                  ) : null}
                  <span className="pointer">
                    {sentence.pointer}
                    {sentence.version === versions.at(-1)?.version ? '' : `, version ${sentence.version}`}
                  </span>
                </td>
                <td>
                  <Source sentence={sentence} />
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}

/** The first of several sentences about one pointer carries its name. */
const idOf = ({ pointer }: SentenceWire, group: readonly SentenceWire[], index: number): string | undefined =>
  group.findIndex((each) => each.pointer === pointer) === index ? pointer : undefined

/** The sentence about a term, or about the nearest term above it. */
const nearest = (pointer: string, sentences: readonly SentenceWire[]): string =>
  sentences
    .map((sentence) => sentence.pointer)
    .filter((each) => pointer === each || pointer.startsWith(`${each}/`))
    .toSorted((a, b) => b.length - a.length)[0] ?? pointer
