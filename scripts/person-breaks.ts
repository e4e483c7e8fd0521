const api = 'src/server/api'
const store = 'src/server/store'
const behind = `${api}/person-behind.test.ts`
const kept = `${store}/person-behind.test.ts`
const migration = `${store}/migrations/0022-person-behind.sql`

/** What is broken in who stands behind a key, in what ends with a role, and in what is said between two parties alone: see `break-rules.ts`. */
export const personBreaks = [
  {
    law: 'API137 whoever proposes and whoever signs',
    test: behind,
    file: `${api}/proposal-routes.ts`,
    find: "kind === 'key' && act === 'sign'",
    put: "kind === 'key' && act === 'decline'",
  },
  {
    law: 'API137 what a key proposed before',
    test: behind,
    file: 'src/server/app/propose.ts',
    find: '(await findPersonBehind(tx, actor)) ===',
    put: 'actor ===',
  },
  {
    law: 'API137 what a key proposed before',
    test: behind,
    file: 'src/server/app/propose.ts',
    find: 'actor: await findPersonBehind(tx, by.id)',
    put: 'actor: by.id',
  },
  {
    law: 'API138 what a key raised before',
    test: behind,
    file: 'src/server/app/disputes.ts',
    find: "found.some(({ by }) => by.id.startsWith('key_'))",
    put: "found.some(({ by }) => by.id === '')",
  },
  {
    law: 'API138 whoever raises a dispute and whoever rules',
    test: behind,
    file: 'src/server/app/disputes.ts',
    find: '|| dispute.by.id === person)',
    put: ')',
  },
  {
    law: 'API139 what is proposed, declined and withdrawn',
    test: behind,
    file: 'src/server/app/propose.ts',
    find: "act === 'sign' ? signed :",
    put: '',
  },
  {
    law: 'API140 who was let read an agreement',
    test: behind,
    file: `${api}/dispute-routes.ts`,
    find: "text: isParty ? text : '',",
    put: 'text,',
  },
  {
    law: 'API77 a thread is read by both parties',
    test: `${api}/close.test.ts`,
    file: `${store}/dispute-rows.ts`,
    find: 'number: i + 1,',
    put: 'number: each.number,',
  },
  {
    law: 'API77 notes of one party take no place',
    test: `${api}/close.test.ts`,
    file: 'src/server/app/disputes.ts',
    find: 'filter((each) => !each.internal || each.party === party)',
    put: 'filter((each) => !each.internal || each.party !== null)',
  },
  {
    law: 'API39 whatever is given, taken back',
    test: `${api}/login.test.ts`,
    file: `${store}/keys.ts`,
    find: 'select key, $4, $5, true from api_key where person = $1',
    put: 'select key, $4, $5, true from api_key where person <> $1',
  },
  {
    law: 'API40 a write that answers a secret',
    test: `${api}/login.test.ts`,
    file: `${api}/repeats.ts`,
    find: '`${senderOf(principalOf(request))} ${key}`',
    put: 'key',
  },
  {
    law: 'API44 the ways in count by address',
    test: `${api}/requests.test.ts`,
    file: `${api}/rates.ts`,
    find: "config.rate === 'own' && principal !== undefined",
    put: "config.rate === 'own'",
  },
  {
    law: 'P39 no proposal is signed with a key',
    test: kept,
    file: migration,
    find: 'and (p.party = new.party or person_behind(p.actor) = person_behind(new.actor))',
    put: 'and (p.party = new.party or p.actor = new.actor)',
  },
  {
    law: 'P41 a dispute is ruled on by another person',
    test: kept,
    file: migration,
    find: 'and (d.party = new.party or person_behind(d.actor) = person_behind(new.actor))',
    put: 'and (d.party = new.party or d.actor = new.actor)',
  },
  {
    law: 'P41 a dispute is ruled on by another person',
    test: kept,
    file: migration,
    find: "where d.dispute = new.dispute and a.role in ('operator', 'guarantor')) then",
    put: 'where a.party = new.party) and false then',
  },
  {
    law: 'P42 keys of roles that were taken back',
    test: kept,
    file: migration,
    find: 'and not c.given and c.recorded_at >= k.recorded_at)',
    put: 'and not c.given and c.recorded_at < k.recorded_at)',
  },
  {
    law: 'P43 deeds of a negotiation',
    test: kept,
    file: migration,
    find: "action in ('propose', 'decline', 'withdraw')",
    put: "action in ('propose', 'decline')",
  },
  {
    law: 'P31 a thread is found by its two parties',
    test: 'test/closing-rows.test.ts',
    file: migration,
    find: 'dispute in (select d.dispute from dispute d join agreement_party a on a.agreement = d.agreement',
    put: 'dispute in (select d.dispute from dispute d) or dispute in (select d.dispute from dispute d join agreement_party a on a.agreement = d.agreement',
  },
] as const
