import { Button } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { KeyWire } from '../wire/key.ts'
import { announce } from './announce.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { Confirm } from './Confirm.tsx'
import { instantText } from './dates.ts'
import { postJson } from './fetch.ts'
import { SettingsTable } from './SettingsTable.tsx'
import { MakeKey } from './MakeKey.tsx'
import { useOnce } from './once.ts'
import { actingText } from './role-words.ts'
import { keys } from './settings-queries.ts'

const heads = ['Key', 'Acts as', 'May', 'Made by', 'Last used', 'Until', '']

const stateWords: Readonly<Record<KeyWire['state'], string>> = {
  holds: '',
  expired: 'expired',
  revoked: 'revoked',
  ended: 'ended with the role of its maker',
}

const Revoke = ({ of, onClose }: Readonly<{ of: KeyWire; onClose: () => void }>) => {
  const client = useQueryClient()
  const once = useOnce()
  const act = async () => {
    await once((key) => postJson<KeyWire>(`/api/keys/${of.id}/revoke`, {}, key))
    await client.invalidateQueries({ queryKey: ['keys'] })
    announce(`${of.name} is revoked`)
  }
  const used = of.usedAt === null ? 'It was never used.' : `It was last used ${instantText(of.usedAt, 'UTC')}.`
  return (
    <Confirm title={`Revoke ${of.name}`} verb={`Revoke ${of.name}`} act={act} onClose={onClose}>
      <p>Whatever sends this key is refused from now on, and it cannot be brought back. {used}</p>
      <p className="second">
        What it may until then: {of.scopes.join(', ')}, as {actingText(of.as)}.
      </p>
    </Confirm>
  )
}

const Row = ({ of, onRevoke }: Readonly<{ of: KeyWire; onRevoke: () => void }>) => (
  <tr className={of.state === 'holds' ? undefined : 'over'}>
    <th scope="row">{of.name}</th>
    <td>{actingText(of.as)}</td>
    <td>
      <code>{of.scopes.join(' ')}</code>
    </td>
    <td>{of.madeBy.name}</td>
    <td className="second whole">{of.usedAt === null ? 'never' : instantText(of.usedAt, 'UTC')}</td>
    <td className="second whole">{of.state === 'holds' ? instantText(of.expiresAt, 'UTC') : stateWords[of.state]}</td>
    <td className="row-acts">
      {of.state === 'holds' ? (
        <Button size="xs" onClick={onRevoke}>
          Revoke<span className="hidden"> {of.name}</span>
        </Button>
      ) : null}
    </td>
  </tr>
)

/** Keys of programs that send and ask over HTTP. */
export const KeySettings = () => {
  const query = useInfiniteQuery(keys)
  const [revoked, setRevoked] = useState<KeyWire>()
  return (
    <>
      <header className="page-head">
        <h1>Keys</h1>
        <span className="second">By which agents and other programs are known. A key is shown once, when it is made.</span>
        <span className="spring" />
        <MakeKey scopes={query.data?.pages[0]?.scopes ?? []} />
      </header>
      <Answer
        what="The list of keys"
        query={query}
        skeleton={
          <section className="panel">
            <TableSkeleton caption="Keys" heads={heads} rows={2} />
          </section>
        }
      >
        {({ pages }) => (
          <SettingsTable caption="Keys" heads={heads} empty="There is no key yet. One appears here as soon as it is made." query={query}>
            {pages.flatMap((page) => page.keys.map((each) => <Row key={each.id} of={each} onRevoke={() => setRevoked(each)} />))}
          </SettingsTable>
        )}
      </Answer>
      {revoked === undefined ? null : <Revoke of={revoked} onClose={() => setRevoked(undefined)} />}
    </>
  )
}
