import { roles, type Role } from '../src/wire/access.ts'
import type { Principal } from '../src/server/api/principal.ts'
import { campusAgreement, campusFactory, campusMonth } from './small-campus.ts'
import { personOf } from './principals.ts'

/** Two sides that have nothing in common: the agreement of Sharon AI, closed for months, and the small campus with racks and claims. */
export const sides = ['sharon', 'harbour'] as const
export type Side = (typeof sides)[number]
export const otherSide = (side: Side): Side => (side === 'sharon' ? 'harbour' : 'sharon')

/** What stands in the things of one side, and in nothing of the other. */
export const marks: Readonly<Record<Side, RegExp>> = { sharon: /sharon|syd-a|mel-a|nvidia|anchor/i, harbour: /harbour|syd-r\d|grantor/i }

const parties: Readonly<Record<Side, Readonly<Record<Role, string | null>>>> = {
  sharon: {
    operator: 'sharon-ai',
    guarantor: 'nvidia',
    tenant: 'anchor-tenant',
    lender: 'bank-s',
    auditor: 'audit-s',
    administrator: null,
  },
  harbour: {
    operator: 'harbour',
    guarantor: 'grantor',
    tenant: 'campus-tenant',
    lender: 'bank-h',
    auditor: 'audit-h',
    administrator: null,
  },
}
export const personFor = (side: Side, role: Role, id?: string): Principal => personOf(role, parties[side][role], id)
/** Lenders and auditors are given the agreement of their side to read. */
export const readers = sides.flatMap((side) =>
  (['lender', 'auditor'] as const).map((role) => ({
    agreement: side === 'sharon' ? 'sharon-ai' : campusAgreement,
    party: parties[side][role]!,
    role,
  })),
)
export { roles }

/** What only the world that was made knows: the ids of what is in it. */
export type Known = Readonly<{
  month: string
  finding: string
  journal: string
  dispute: string
  proposal: string
  job: string
  batch: Readonly<Record<Side, string>>
}>

/** One thing of one side that a route is asked for. `missing` asks the same of what does not exist. */
export type Asked = Readonly<{
  side: Side
  url: string
  missing: string
  body?: object
  headers?: Readonly<Record<string, string>>
  /** Where it is one party's alone, as a book is: to the others of its side too it is as what does not exist. */
  only?: Role
  /** There is none in this world: asked for by its own side, it is as what does not exist too. */
  nowhere?: true
}>
/** A list, asked alike by all: what it holds is what may be seen. */
export type Listed = Readonly<{
  list: string
  /** It holds what is published, whoever asks. */
  published?: true
  body?: object
  headers?: Readonly<Record<string, string>>
}>

const ofSharon = (path: string): Asked => ({
  side: 'sharon',
  url: `/api/agreements/sharon-ai${path}`,
  missing: `/api/agreements/no-such-name${path}`,
})
const ofCampus = (path: string): Asked => ({
  side: 'harbour',
  url: `/api/factories/${campusFactory}/months/${campusMonth}${path}`,
  missing: `/api/factories/no-such-name/months/${campusMonth}${path}`,
})
const ofClaim = (path: string): Asked => ({
  side: 'harbour',
  url: `/api/claims/${campusAgreement}/${campusMonth}${path}`,
  missing: `/api/claims/no-such-name/${campusMonth}${path}`,
})

const ofInstrument = (path: string): Asked => ({
  side: 'sharon',
  url: `/api/register/sharon-ai/backstop${path}`,
  missing: `/api/register/no-such-name/backstop${path}`,
})
const ofBook = (path: string): Asked => ({
  side: 'sharon',
  url: `/api/ledger/nvidia${path}`,
  missing: `/api/ledger/no-such-name${path}`,
  only: 'guarantor',
})

const noProposal = 'prp_00000000-0000-7000-8000-000000000000'

const ofJob = (job: string, path: string): Asked => ({
  side: 'sharon',
  url: `/api/jobs/${job}${path}`,
  missing: `/api/jobs/job_00000000-0000-7000-8000-000000000000${path}`,
})

/** How every route is asked, by its operation. A route that is not here fails the matrix by name. */
export const asks: Readonly<Record<string, (known: Known) => Asked | Listed>> = {
  health: () => ({ list: '/api/health' }),
  readSession: () => ({ list: '/api/session' }),
  listAgreements: () => ({ list: '/api/agreements' }),
  readAgreement: () => ofSharon(''),
  listSettledLines: () => ofSharon('/clauses/backstop/settled'),
  recomputePeriod: ({ month }) => ofSharon(`/periods/${month}/recomputation`),
  comparePeriod: ({ month }) => ofSharon(`/periods/${month}/comparison?against=now`),
  askWhatIf: ({ month }) => ({ ...ofSharon('/what-ifs'), body: { changes: [], from: month } }),
  listAmendments: () => ofSharon('/amendments'),
  proposeAmendment: () => ({ ...ofSharon('/amendments'), body: { document: 'offtake: 1' } }),
  proposeAgreement: () => ({ list: '/api/agreements', body: { document: 'offtake: 1' } }),
  previewProposal: () => ({ list: '/api/proposals/preview', body: { document: 'offtake: 1' } }),
  listProposals: () => ({ list: '/api/proposals' }),
  readProposal: ({ proposal }) => ({ side: 'sharon', url: `/api/proposals/${proposal}`, missing: `/api/proposals/${noProposal}` }),
  endProposal: ({ proposal }) => ({
    side: 'sharon',
    url: `/api/proposals/${proposal}/decision`,
    missing: `/api/proposals/${noProposal}/decision`,
    body: { act: 'sign', hash: '0'.repeat(64) },
  }),
  listTemplates: () => ({ list: '/api/templates', published: true }),
  readTemplate: () => ({ list: '/api/templates/sharon-ai', published: true }),
  listPeriods: () => ofSharon('/periods'),
  readDocument: () => ofSharon('/versions/1'),
  readPeriod: ({ month }) => ofSharon(`/periods/${month}`),
  explainLine: ({ month }) => ofSharon(`/periods/${month}/lines/1`),
  downloadStatementJson: ({ month }) => ofSharon(`/periods/${month}/statement.json`),
  downloadStatementCsv: ({ month }) => ofSharon(`/periods/${month}/statement.csv`),
  readPeriodProgress: ({ month }) => ofSharon(`/periods/${month}/progress`),
  prepareDraft: ({ month }) => ({ ...ofSharon(`/periods/${month}/drafts`), body: {} }),
  approveDraft: ({ month }) => ({ ...ofSharon(`/periods/${month}/drafts/1/approvals`), body: { net: '1.00', hash: '0'.repeat(64) } }),
  returnDraft: ({ month }) => ({ ...ofSharon(`/periods/${month}/drafts/1/returns`), body: { reason: 'to try' } }),
  listDisputes: ({ month }) => ofSharon(`/periods/${month}/disputes`),
  raiseDispute: ({ month }) => ({
    ...ofSharon(`/periods/${month}/disputes`),
    body: { version: 1, line: 1, reason: 'rate', text: 'to try', amount: '1.00', dryRun: true },
  }),
  sayInDispute: ({ month, dispute }) => ({ ...ofSharon(`/periods/${month}/disputes/${dispute}/messages`), body: { text: 'to try' } }),
  ruleOnDispute: ({ month, dispute }) => ({
    ...ofSharon(`/periods/${month}/disputes/${dispute}/ruling`),
    body: { verdict: 'rejected', text: 'to try' },
  }),
  downloadStatementPdf: ({ month }) => ofSharon(`/periods/${month}/statement.pdf`),
  downloadStatementXlsx: ({ month }) => ofSharon(`/periods/${month}/statement.xlsx`),
  listBooks: () => ({ list: '/api/ledger/books' }),
  readTrialBalance: () => ofBook('/trial-balance'),
  downloadTrialBalance: () => ofBook('/trial-balance.xlsx'),
  readAccount: () => ofBook('/accounts/assets'),
  listJournals: () => ofBook('/journals'),
  readJournal: ({ journal }) => ({
    side: 'sharon',
    url: `/api/journals/${journal}`,
    missing: '/api/journals/jrn_0',
    only: 'guarantor',
  }),
  downloadBookHledger: () => ofBook('/journal.hledger'),
  downloadBookBeancount: () => ofBook('/journal.beancount'),
  downloadBookLedger: () => ofBook('/journal.ledger'),
  downloadBookCsv: () => ofBook('/journal.csv'),
  downloadBookXlsx: () => ofBook('/journal.xlsx'),
  listReadings: () => ({
    side: 'sharon',
    url: '/api/readings?agreement=sharon-ai&limit=5',
    missing: '/api/readings?agreement=no-such-name&limit=5',
  }),
  listFactories: () => ({ list: '/api/factories' }),
  readFactoryMonth: () => ofCampus(''),
  readHall: () => ofCampus('/halls/hall-1'),
  downloadHallCsv: () => ofCampus('/halls/hall-1/rows.csv'),
  listFactorySources: () => ofCampus('/sources'),
  listReconciliation: () => ofCampus('/reconciliation'),
  readRack: () => ofCampus('/rack?unit=hall-1%2Fr001'),
  listClaims: () => ({ list: '/api/claims' }),
  readClaim: () => ofClaim(''),
  listFindings: () => ofClaim('/findings'),
  listRings: () => ofClaim('/rings?hall=hall-1'),
  readFinding: ({ finding }) => ofClaim(`/findings/${finding}`),
  decideFinding: ({ finding }) => ({ ...ofClaim(`/findings/${finding}/decision`), body: { decision: 'ask', reason: 'to try' } }),
  readPortfolio: () => ({ list: '/api/portfolio' }),
  listPortfolioLines: () => ({ list: '/api/portfolio/lines?of=paid' }),
  readRegister: () => ({ list: '/api/register' }),
  readInstrument: () => ofInstrument(''),
  listInstrumentLines: () => ofInstrument('/lines'),
  listFacilities: () => ({ list: '/api/facilities' }),
  readFacility: () => ({
    side: 'sharon',
    url: '/api/facilities/sharon-ai/backstop',
    missing: '/api/facilities/no-such-name/backstop',
    nowhere: true,
  }),
  readToday: () => ({ list: '/api/today' }),
  visit: () => ({ list: '/api/today/visits' }),
  snooze: () => ({ list: '/api/today/snoozes', body: { need: 'month:no-such-name/2026-01', until: '2026-12-01' } }),
  listFeeds: () => ({ list: '/api/feeds' }),
  search: () => ({ list: '/api/search?q=2026-10' }),
  listOrders: () => ({ list: '/api/orders?month=2026-10' }),
  readOrder: () => ({ side: 'sharon', url: '/api/orders/anchor-1?month=2026-10', missing: '/api/orders/no-such-name?month=2026-10' }),
  readSandbox: () => ({ list: '/api/sandbox' }),
  startAdvance: () => ({ list: '/api/sandbox/advances', body: { by: 'month' } }),
  stopAdvance: () => ({ list: '/api/sandbox/advances/adv_none/stop' }),
  listJobs: () => ({ list: '/api/jobs' }),
  readJob: ({ job }) => ofJob(job, ''),
  followJob: ({ job }) => ofJob(job, '/events'),
  cancelJob: ({ job }) => ofJob(job, '/cancel'),
  listBatches: () => ({ list: '/api/ingest/batches' }),
  readBatch: ({ batch }) => ({
    side: 'sharon',
    url: `/api/ingest/batches/${batch.sharon}`,
    missing: '/api/ingest/batches/987654321',
  }),
  readProgress: () => ({ list: '/api/ingest/progress' }),
  // What is brought says itself whose it is: rule I9 holds those to their party. Here it is only asked who may bring at all.
  ingestReadings: () => ({ list: '/api/ingest/readings?agreement=sharon-ai', headers: { 'content-type': 'application/x-ndjson' } }),
  listAudit: () => ({ list: '/api/audit' }),
  readAuditEntry: () => ({ list: '/api/audit/1' }),
  checkAuditChain: () => ({ list: '/api/audit/chain' }),
  pickCent: () => ({ list: '/api/audit/pick?seed=matrix' }),
  // Rule API60 tries these on one's own and on another's: an administrator, who is of no party, has none.
  listWebhooks: () => ({ list: '/api/webhooks' }),
  addWebhook: () => ({ list: '/api/webhooks', body: { url: 'nowhere' } }),
  readWebhook: () => ({ list: '/api/webhooks/whk_none' }),
  changeWebhook: () => ({ list: '/api/webhooks/whk_none', body: { description: 'tried' } }),
  removeWebhook: () => ({ list: '/api/webhooks/whk_none' }),
  rotateWebhookSecret: () => ({ list: '/api/webhooks/whk_none/secret', body: {} }),
  listWebhookMessages: () => ({ list: '/api/webhooks/whk_none/messages' }),
  readWebhookMessage: () => ({ list: '/api/webhooks/whk_none/messages/msg_none' }),
  sendWebhookMessageAgain: () => ({ list: '/api/webhooks/whk_none/messages/msg_none/again', body: {} }),
  sendWebhookMessagesAgain: () => ({ list: '/api/webhooks/whk_none/again', body: { since: '2026-01-01T00:00:00Z' } }),
  testWebhook: () => ({ list: '/api/webhooks/whk_none/test', body: {} }),
  ingestEvents: () => ({ list: '/api/ingest/events', headers: { 'content-type': 'application/cloudevents+json' } }),
  ingestRemoteWrite: () => ({
    list: '/api/ingest/prometheus?factory=f',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
  }),
}
