import { Button } from '@mantine/core'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ReadersWire } from '../wire/people.ts'
import { announce } from './announce.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { Confirm } from './Confirm.tsx'
import { instantText } from './dates.ts'
import { postJson } from './fetch.ts'
import { Field } from './Field.tsx'
import { useOnce } from './once.ts'
import { SettingsTable } from './SettingsTable.tsx'
import { parties, readers } from './settings-queries.ts'

type Reader = ReadersWire['readers'][number]
type ReaderName = Pick<Reader, 'agreement' | 'party' | 'role'>

const heads = ['Agreement', 'Read by', 'As', 'Since', '']

const useChange = () => {
  const client = useQueryClient()
  const once = useOnce()
  return async (change: 'give' | 'take-back', { agreement, party, role }: ReaderName): Promise<void> => {
    await once((key) => postJson('/api/readers', { change, agreement, party, role }, `${key} ${agreement} ${party} ${role}`))
    await client.invalidateQueries({ queryKey: ['readers'] })
  }
}

const Stop = ({ reader, onClose }: Readonly<{ reader: Reader; onClose: () => void }>) => {
  const change = useChange()
  const act = async () => {
    await change('take-back', reader)
    announce(`${reader.party} no longer reads ${reader.agreement}`)
  }
  return (
    <Confirm title="No longer let read" verb={`Take ${reader.agreement} back from ${reader.party}`} act={act} onClose={onClose}>
      <p>
        {reader.party} will see nothing of {reader.agreement} from now on, as if it did not exist. What its people have downloaded they
        keep.
      </p>
    </Confirm>
  )
}

const Let = ({ onClose }: Readonly<{ onClose: () => void }>) => {
  const change = useChange()
  const field = useId()
  const { data } = useQuery(parties)
  const agreements = [...new Set((data?.parties ?? []).flatMap((each) => each.agreements))].toSorted()
  const [reader, setReader] = useState<ReaderName>({ agreement: '', party: '', role: 'auditor' })
  const act = async () => {
    if (reader.agreement === '' || reader.party.trim() === '') throw new Error('Say which agreement, and who is to read it.')
    await change('give', { ...reader, party: reader.party.trim() })
    announce(`${reader.party} reads ${reader.agreement}`)
  }
  return (
    <Confirm title="Let a lender or auditor read" verb={`Let ${reader.party.trim() || 'them'} read`} act={act} onClose={onClose}>
      <p className="field">
        <label htmlFor={`${field}-a`}>Agreement</label>
        <select id={`${field}-a`} value={reader.agreement} onChange={({ target }) => setReader({ ...reader, agreement: target.value })}>
          <option value="">Choose …</option>
          {agreements.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </p>
      <p className="field">
        <label htmlFor={`${field}-r`}>As</label>
        <select
          id={`${field}-r`}
          value={reader.role}
          onChange={({ target }) => setReader({ ...reader, role: target.value === 'lender' ? 'lender' : 'auditor' })}
        >
          <option value="auditor">Auditor</option>
          <option value="lender">Lender</option>
        </select>
      </p>
      <Field
        label="Party"
        value={reader.party}
        maxLength={100}
        placeholder="such as audit-firm"
        set={(party) => setReader({ ...reader, party })}
      />
      <p className="second">
        Its people see terms, statements and their reasons of {reader.agreement || 'the agreement'}, and change nothing. Its parties read of
        this in the audit log.
      </p>
    </Confirm>
  )
}

const Row = ({ reader, onStop }: Readonly<{ reader: Reader; onStop: () => void }>) => (
  <tr>
    <th scope="row">{reader.agreement}</th>
    <td>{reader.party}</td>
    <td>{reader.role}</td>
    <td className="second whole">{instantText(reader.recordedAt, 'UTC')}</td>
    <td className="row-acts">
      <Button size="xs" onClick={onStop}>
        Take back<span className="hidden">{` ${reader.agreement} from ${reader.party}`}</span>
      </Button>
    </td>
  </tr>
)

/** Which lenders and auditors read which agreements. */
export const ReaderSettings = () => {
  const query = useInfiniteQuery(readers)
  const [stop, setStop] = useState<Reader>()
  const [letting, setLetting] = useState(false)
  return (
    <>
      <header className="page-head">
        <h2 className="settings-head">Lenders and auditors</h2>
        <span className="second">Which agreements they may read beyond those that they are a party to</span>
        <span className="spring" />
        <Button onClick={() => setLetting(true)}>Let somebody read</Button>
      </header>
      <Answer
        what="The list of readers"
        query={query}
        skeleton={
          <section className="panel">
            <TableSkeleton caption="Readers" heads={heads} rows={2} />
          </section>
        }
      >
        {({ pages }) => (
          <SettingsTable caption="Readers" heads={heads} empty="Nobody but the parties reads an agreement yet." query={query}>
            {pages.flatMap((page) =>
              page.readers.map((reader) => (
                <Row key={`${reader.agreement} ${reader.party}`} reader={reader} onStop={() => setStop(reader)} />
              )),
            )}
          </SettingsTable>
        )}
      </Answer>
      {stop === undefined ? null : <Stop reader={stop} onClose={() => setStop(undefined)} />}
      {letting ? <Let onClose={() => setLetting(false)} /> : null}
    </>
  )
}
