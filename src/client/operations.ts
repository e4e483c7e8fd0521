// Written by scripts/write-client.ts from the document of version 2026-11-29: npm run schema. Change the schemas, not this.

/** What is sent as it is. */
export type Sent = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>

export type AccountRegister = {
  readonly book: string
  /** a path below assets, liabilities, equity, income or expenses: `assets:receivable:sharon-ai` */ readonly account: string
  readonly from: LocalDate | null
  readonly through: LocalDate | null
  /** before the first entry of this page */ readonly opening: readonly {
    readonly currency: string
    /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly amount: Amount
  }[]
  readonly rows: readonly {
    readonly journal: string
    readonly position: number
    readonly date: LocalDate
    readonly period: Month
    readonly narration: string
    readonly agreement: string
    readonly month: Month
    readonly statementVersion: number
    /** accrual, netting, and such; with whom where it is neither guarantor nor operator */ readonly step: string
    /** a path below assets, liabilities, equity, income or expenses: `assets:receivable:sharon-ai` */ readonly account: string
    /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly amount: Amount
    readonly currency: string
    /** number of the line of the statement that it comes from; null where it comes from no single one */ readonly line: number | null
    readonly text: string
    /** after it, in its currency */ readonly balance: Amount
  }[]
  /** at the end of the span, whatever the page */ readonly closing: readonly {
    readonly currency: string
    /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly amount: Amount
  }[]
  readonly next: unknown
}

export type ActAsInput = {
  readonly party: string | null
  readonly role: 'operator' | 'guarantor' | 'tenant' | 'lender' | 'auditor' | 'administrator'
}

export type AddWebhookInput = {
  /** where messages are posted to: https, an address of the internet */ readonly url: string
  /** what to be told of; null: of everything, also of what is added later */ readonly events?:
    | readonly (
        | 'statement.prepared'
        | 'statement.approved'
        | 'statement.returned'
        | 'statement.final'
        | 'statement.corrected'
        | 'agreement.loaded'
        | 'claim.verified'
        | 'finding.decided'
        | 'dispute.raised'
        | 'dispute.ruled'
        | 'import.late'
      )[]
    | null
  /** of which agreements; null: of all that the party may see */ readonly agreements?: readonly string[] | null
  readonly description?: string
  /** whose it is: only for whoever owns this database and acts for nobody in particular */ readonly party?: string
}

export type Advance = {
  readonly run: string
  /** the last month that the clock is to pass */ readonly through: Month
  readonly asked: 'month' | 'quarter' | 'year' | 'end'
  readonly stopping: boolean
  /** null: under way */ readonly outcome: ('done' | 'stopped' | 'refused') | null
  readonly message: unknown
}

export type Agreement = {
  readonly id: string
  readonly title: string
  readonly now: Instant
  readonly zone: string
  readonly currency: string
  readonly guarantor: Party
  readonly operator: Party
  readonly parties: readonly Party[]
  readonly from: Instant
  readonly to: Instant
  readonly term: { readonly from: LocalDate; readonly through: LocalDate }
  readonly commencement: LocalDate
  readonly netting: boolean
  readonly versions: readonly { readonly version: number; readonly effective: Instant; readonly recordedAt: Instant; readonly hash: Hash }[]
  readonly blocks: readonly {
    readonly id: string
    readonly factory: string
    readonly region: string
    readonly sku: string
    readonly pool: string
    readonly supported: boolean
    readonly gpus: number
  }[]
  readonly sentences: readonly Sentence[]
  readonly clauses: readonly Clause[]
  readonly ramp: {
    /** as agreed: each tranche from the start of its due date */ readonly contract: readonly CountStep[]
    /** as commissioned and tested */ readonly accepted: readonly CountStep[]
  }
  readonly lanes: readonly Lane[]
  readonly caps: readonly Cap[]
  readonly capUse: readonly CapUse[]
  /** events of clauses, disputes and rulings, as readings tell them */ readonly notices: readonly Notice[]
  /** as known at the end of this date; null: on all that is known */ readonly knownOn: LocalDate | null
  readonly finalMonths: number
}

export type AgreementRow = {
  readonly id: string
  readonly title: string
  readonly zone: string
  readonly currency: string
  readonly guarantor: Party
  readonly operator: Party
  readonly term: { readonly from: LocalDate; readonly through: LocalDate }
  readonly versions: number
  /** contract capacity under support, fully commissioned */ readonly gpus: number
  readonly finalMonths: number
  /** the latest month with a statement */ readonly lastMonth: Month | null
  /** of the latest month */ readonly net: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount } | null
}

export type Agreements = { readonly now: Instant; readonly agreements: readonly AgreementRow[] }

export type Amount = string

export type AuditChain = {
  /** links that were worked out again */ readonly checked: number
  readonly whole: boolean
  /** the last up to which every entry is as it was written */ readonly verified: {
    readonly position: number
    readonly entry: number
    readonly hash: Hash
    readonly sealedAt: unknown
  } | null
  /** the last there is; keep its hash elsewhere */ readonly head: {
    readonly position: number
    readonly entry: number
    readonly hash: Hash
    readonly sealedAt: unknown
  } | null
  /** whether the hash that was asked for is that of a link; null where none was */ readonly headKnown: unknown
  readonly faults: readonly {
    readonly kind: 'altered' | 'removed' | 'moved' | 'added'
    readonly entry: number | null
    readonly position: number | null
    readonly message: string
  }[]
}

export type AuditEntry = {
  readonly entry: number
  /** when it was done, by the clock of whoever did it: in a sandbox its own */ readonly at: Instant
  /** when it was recorded, by the clock of the database */ readonly recordedAt: unknown
  /** usr_…, key_…, or the name of what acts by itself */ readonly actor: string
  readonly actorName: unknown
  /** for whom */ readonly party: unknown
  /** as what */ readonly role: unknown
  /** the address that the request came from */ readonly origin: unknown
  readonly request: unknown
  readonly action: string
  readonly subject: string
  readonly agreement: unknown
  /** JSON, as text */ readonly detail: string
  readonly before: string | null
  readonly after: string | null
  /** null where it was never sealed, which a check of the chain complains of */ readonly link: AuditLink | null
}

export type AuditEntryDetail = {
  readonly entry: number
  /** when it was done, by the clock of whoever did it: in a sandbox its own */ readonly at: Instant
  /** when it was recorded, by the clock of the database */ readonly recordedAt: unknown
  /** usr_…, key_…, or the name of what acts by itself */ readonly actor: string
  readonly actorName: unknown
  /** for whom */ readonly party: unknown
  /** as what */ readonly role: unknown
  /** the address that the request came from */ readonly origin: unknown
  readonly request: unknown
  readonly action: string
  readonly subject: string
  readonly agreement: unknown
  /** JSON, as text */ readonly detail: string
  readonly before: string | null
  readonly after: string | null
  /** null where it was never sealed, which a check of the chain complains of */ readonly link: AuditLink | null
  /** the entry as its digest is taken of: canonical JSON (RFC 8785) */ readonly canonical: string
}

export type AuditLink = {
  /** its place in the chain: the order of commits */ readonly position: number
  /** SHA-256 of `canonical` */ readonly digest: Hash
  /** the hash of the entry before; null for the first */ readonly previous: Hash | null
  /** SHA-256 of the canonical JSON of digest, entry, position, previous and sealedAt */ readonly hash: Hash
  /** by the clock of the database; null for entries from before there was a chain */ readonly sealedAt: unknown
}

export type AuditLog = {
  readonly entries: readonly AuditEntry[]
  /** all that were done, as far as they may be seen */ readonly actions: readonly string[]
  /** cursor of the next page; null on the last */ readonly next: unknown
}

export type Batch = {
  /** number of the import */ readonly batch: string
  readonly accepted: number
  /** what was there already, with the same content */ readonly repeats: number
  readonly refused: number
  /** kept, but for a month that is final: settled by a correction */ readonly late: number
  readonly key: string
  readonly mode: 'keep-the-good' | 'all-or-nothing'
  readonly file: string
  readonly recordedAt: Instant
}

export type BatchDetail = {
  /** number of the import */ readonly batch: string
  readonly accepted: number
  /** what was there already, with the same content */ readonly repeats: number
  readonly refused: number
  /** kept, but for a month that is final: settled by a correction */ readonly late: number
  readonly key: string
  readonly mode: 'keep-the-good' | 'all-or-nothing'
  readonly file: string
  readonly recordedAt: Instant
  /** the first 1,000 */ readonly refusals: readonly Refusal[]
}

export type Batches = { readonly batches: readonly Batch[]; /** cursor of the next page; null on the last */ readonly next: unknown }

export type Bill = { readonly currency: string; readonly amount: Amount }

export type Books = {
  readonly books: readonly {
    /** the party whose book it is */ readonly book: string
    readonly name: string
    readonly journals: number
    readonly first: LocalDate
    readonly last: LocalDate
    readonly currencies: readonly string[]
  }[]
}

export type Cap = {
  readonly clause: string
  readonly id: string
  readonly per: 'period' | 'contract-year' | 'aggregate'
  readonly unit: 'major' | 'gpu-seconds'
  /** contract year 2; each period; the whole clause */ readonly scope: string
  readonly limit: Exact
  /** null: it starts anew with each period */ readonly drawn: Exact | null
  readonly pointer: string
}

export type CapUse = {
  readonly clause: string
  readonly id: string
  readonly per: 'contract-year' | 'aggregate'
  /** after each final month, at its end */ readonly steps: readonly {
    readonly month: Month
    readonly at: Instant
    /** of the limit, 0 to 1 */ readonly part: Exact
    readonly drawn: Exact
    readonly limit: Exact
  }[]
}

export type Cause =
  | { readonly kind: 'terms'; readonly version: number; readonly pointer: unknown }
  | {
      readonly kind: 'facts'
      readonly subject: string
      /** a kind of reading */ readonly reading: string
      /** how many more there are on the later side */ readonly readings: number
      /** they say what was decided about a claim */ readonly decision: boolean
      /** what came in between what both sides knew */ readonly came: {
        readonly readings: number
        readonly first: Instant
        readonly last: Instant
        readonly named: readonly { readonly source: string; readonly id: string }[]
      } | null
    }
  | { readonly kind: 'opening' }
  | { readonly kind: 'correction'; readonly on: Month }
  | { readonly kind: 'line'; readonly key: string }
  | { readonly kind: 'code' }

export type ChangeInput = {
  /** JSON pointer into the latest version */ readonly pointer: string
  /** what then stands there; null takes it out */ readonly value: unknown
}

export type ChangeWebhookInput = {
  /** where messages are posted to: https, an address of the internet */ readonly url?: string
  /** what to be told of; null: of everything, also of what is added later */ readonly events?:
    | readonly (
        | 'statement.prepared'
        | 'statement.approved'
        | 'statement.returned'
        | 'statement.final'
        | 'statement.corrected'
        | 'agreement.loaded'
        | 'claim.verified'
        | 'finding.decided'
        | 'dispute.raised'
        | 'dispute.ruled'
        | 'import.late'
      )[]
    | null
  /** of which agreements; null: of all that the party may see */ readonly agreements?: readonly string[] | null
  readonly description?: string
  readonly state?: 'on' | 'off'
}

export type CircularFlow = {
  readonly counterparty: Party
  /** hardware sold to it, by the portfolio document; null: not disclosed */ readonly soldTo: Amount | null
  /** null: no stake and no right */ readonly equityIn: Amount | null
  readonly boughtFrom: Amount
  readonly shareFrom: Amount
  readonly guaranteesFor: Amount
  /** (equity in + bought from − share from) ÷ sold to, in per cent */ readonly roundTrip: unknown
}

export type Claim = {
  readonly agreement: string
  readonly title: string
  readonly month: Month
  readonly zone: string
  readonly currency: string
  readonly run: string
  readonly by: string
  readonly from: Instant
  readonly to: Instant
  readonly claimed: number
  readonly eligible: number
  readonly rejected: number
  readonly unproven: number
  readonly blocks: readonly {
    readonly block: string
    readonly factory: string
    readonly basis: 'claims' | 'derived'
    readonly claimed: number
    readonly eligible: number
    readonly rejected: number
    readonly unproven: number
  }[]
  /** what was found, the most money first; rejected and unproven make up the claim, beside does not */ readonly kinds: readonly {
    readonly kind:
      | 'implausible-clock'
      | 'before-acceptance'
      | 'sold-twice'
      | 'unavailable'
      | 'drew-power'
      | 'above-list-price'
      | 'no-evidence'
      | 'not-offered'
      | 'affiliate-below-reference'
    readonly verdict: 'rejected' | 'unproven' | 'beside'
    readonly gpuSeconds: number
    readonly amount: Amount
    readonly findings: number
  }[]
  readonly findings: number
  /** findings about which the latest word is confirm or restore */ readonly decided: number
  readonly nodes: number
  /** nodes without any telemetry */ readonly silent: number
  /** what could not be located */ readonly sentences: readonly string[]
}

export type ClaimDecision = {
  readonly decision: 'confirm' | 'restore' | 'ask'
  readonly reason: string
  readonly by: string
  readonly at: Instant
  /** readings that it made or took back */ readonly readings: number
  readonly gpuSeconds: number
}

export type ClaimFinding = {
  readonly id: string
  readonly kind:
    | 'implausible-clock'
    | 'before-acceptance'
    | 'sold-twice'
    | 'unavailable'
    | 'drew-power'
    | 'above-list-price'
    | 'no-evidence'
    | 'not-offered'
    | 'affiliate-below-reference'
  readonly verdict: 'rejected' | 'unproven' | 'beside'
  readonly subject: string
  readonly unit: unknown
  readonly rack: unknown
  readonly from: Instant
  readonly to: Instant
  readonly gpuSeconds: number
  /** at the price of the backstop; null where none is in force */ readonly amount: Amount | null
  /** the latest about it */ readonly decision: ClaimDecision | null
}

export type ClaimFindingDetail = {
  readonly id: string
  readonly kind:
    | 'implausible-clock'
    | 'before-acceptance'
    | 'sold-twice'
    | 'unavailable'
    | 'drew-power'
    | 'above-list-price'
    | 'no-evidence'
    | 'not-offered'
    | 'affiliate-below-reference'
  readonly verdict: 'rejected' | 'unproven' | 'beside'
  readonly subject: string
  readonly unit: unknown
  readonly rack: unknown
  readonly from: Instant
  readonly to: Instant
  readonly gpuSeconds: number
  /** at the price of the backstop; null where none is in force */ readonly amount: Amount | null
  /** the latest about it */ readonly decision: ClaimDecision | null
  readonly agreement: string
  readonly month: Month
  readonly zone: string
  readonly currency: string
  readonly text: string
  readonly nodeGpus: number | null
  readonly tolerances: {
    readonly idleWatts: number
    readonly toleranceSeconds: number
    readonly coverage: string
    readonly clockSkewSeconds: number
    readonly listPrice: unknown
  }
  /** hours that it covers; `figures` are the first of them */ readonly hours: number
  readonly figures: readonly {
    readonly at: Instant
    readonly gpuSeconds: number
    /** GPU-seconds of the node in which kernels ran */ readonly active: number
    /** above the idle level */ readonly powered: number
    /** with telemetry */ readonly covered: number
    /** the most that one GPU drew */ readonly watts: number
    readonly xid: number
  }[]
  readonly readingCount: number
  readonly readings: readonly Reading[]
  readonly decisions: readonly ClaimDecision[]
}

export type ClaimFindings = { readonly findings: readonly ClaimFinding[]; readonly next: unknown }

export type ClaimRings = {
  readonly rings: readonly {
    /** the first of them */ readonly finding: string
    readonly ids: readonly string[]
    readonly kind:
      | 'implausible-clock'
      | 'before-acceptance'
      | 'sold-twice'
      | 'unavailable'
      | 'drew-power'
      | 'above-list-price'
      | 'no-evidence'
      | 'not-offered'
      | 'affiliate-below-reference'
    readonly verdict: 'rejected' | 'unproven' | 'beside'
    readonly rack: string
    readonly nodes: readonly string[]
    readonly from: Instant
    readonly to: Instant
    readonly gpuSeconds: number
    readonly findings: number
  }[]
  readonly more: boolean
}

export type Claims = {
  readonly claims: readonly { readonly agreement: string; readonly title: string; readonly month: Month; readonly findings: number }[]
}

export type Clause = {
  readonly id: string
  readonly kind: string
  readonly measure: unknown
  readonly payer: string
  readonly payee: string
  readonly covers: readonly string[]
  readonly from: LocalDate
  readonly through: LocalDate
  /** by all final months, per payer */ readonly settled: readonly { readonly payer: string; readonly amount: Amount }[]
}

export type Comparison = {
  readonly agreement: string
  readonly month: Month
  readonly currency: string
  readonly before: number | ('corrected' | 'now')
  /** a version; corrected: with what later statements correct; now: as it would be settled now */ readonly after:
    | number
    | ('corrected' | 'now')
  /** everything that the month can be compared with */ readonly sides: readonly (number | ('corrected' | 'now'))[]
  readonly lines: readonly LineChange[]
  /** lines that are the same to the last reason; told only where all are asked for */ readonly same: number
  readonly nets: readonly NetChange[]
}

export type Contested = {
  readonly line: number
  /** what leaves the net */ readonly amount: Amount
  readonly currency: string
  /** payable without it */ readonly before: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  /** what stays payable */ readonly after: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
}

export type CountStep = { readonly at: Instant; readonly gpus: number }

export type DecideInput = { readonly decision: 'confirm' | 'restore' | 'ask'; readonly reason: string }

export type Decided = {
  readonly finding: string
  readonly decision: ClaimDecision
  /** why no reading was made, or fewer GPU-seconds than were found */ readonly notes: readonly string[]
}

export type Dispute = {
  readonly by: { readonly id: string; readonly name: string }
  readonly party: string
  readonly at: Instant
  readonly id: string
  readonly agreement: string
  readonly month: Month
  readonly version: number
  readonly line: number
  readonly lineKey: string
  readonly input: unknown
  readonly reason: 'quantity' | 'evidence' | 'rate' | 'condition' | 'terms' | 'other'
  readonly amount: Amount
  readonly quantity: unknown
  readonly proposed: unknown
  readonly text: string
  readonly status: 'open' | 'accepted' | 'partly' | 'rejected'
  readonly ruling: {
    readonly by: { readonly id: string; readonly name: string }
    readonly party: string
    readonly at: Instant
    readonly verdict: 'accepted' | 'partly' | 'rejected'
    readonly upheld: Amount
    readonly text: string
  } | null
  readonly messages: readonly {
    readonly by: { readonly id: string; readonly name: string }
    readonly party: string
    readonly at: Instant
    readonly number: number
    readonly internal: boolean
    readonly text: string
  }[]
  /** whoever asks acts for the other party, and nobody has ruled */ readonly mayRule: boolean
}

export type Draft = {
  readonly agreement: string
  readonly title: string
  readonly version: number
  readonly effective: LocalDate
  readonly hash: Hash
  readonly parties: readonly { readonly id: string; readonly name: string; readonly role: string }[]
  /** the version that it is held against; null: there is none */ readonly against: number | null
  readonly sentences: readonly Reworded[]
}

export type EndProposalInput = {
  readonly act: 'sign' | 'decline' | 'withdraw'
  /** of the proposal that was read: nothing else is signed */ readonly hash: HashInput
  readonly reason?: string
}

export type Evidence = { readonly subject: string; readonly kind: string; readonly readings: number; readonly sha256: Hash }

export type Exact = string

export type Explanation = {
  readonly agreement: string
  readonly month: Month
  readonly version: number
  readonly hash: Hash
  readonly line: Line
  readonly clause: {
    readonly kind: string
    readonly sentence: string
    readonly pointer: string
    readonly version: number
    readonly hash: Hash
  }
  /** terms in the tree that rest on an assumption */ readonly assumed: readonly { readonly pointer: string; readonly note: string }[]
  /** what the facts in the tree rest on */ readonly evidence: readonly Evidence[]
  /** commands that settle the month again elsewhere, from the same terms and readings */ readonly check: readonly string[]
}

export type Facilities = { readonly now: Instant; readonly facilities: readonly Facility[] }

export type Facility = {
  readonly agreement: string
  readonly clause: string
  readonly title: string
  readonly borrower: Party
  readonly lender: Party
  readonly currency: string
  readonly from: LocalDate
  readonly through: LocalDate
  readonly lastTest: Month | null
  /** whether every level was met at the last test; null before the first */ readonly met: unknown
}

export type FacilityPage = {
  readonly now: Instant
  readonly asOf: Month | null
  readonly facility: Facility
  readonly covenants: readonly {
    readonly ratio: 'dscr' | 'llcr' | 'plcr'
    readonly level: 'lock-up' | 'default'
    readonly required: Exact
  }[]
  readonly cover: readonly {
    readonly month: Month
    readonly of: unknown
    readonly statement: string
    readonly dscr: Exact | null
    readonly llcr: Exact | null
    readonly plcr: Exact | null
    readonly cfads: Amount | null
    readonly debtService: Amount | null
    readonly balance: Amount | null
    readonly reserve: Amount | null
  }[]
  readonly tests: readonly {
    readonly month: Month
    readonly of: unknown
    readonly ratio: 'dscr' | 'llcr' | 'plcr'
    readonly level: 'lock-up' | 'default'
    readonly required: Exact
    readonly actual: Exact
    /** actual − required */ readonly headroom: Exact
    /** cash available for debt service that could be missing before the level is reached; null where it is not stated */ readonly cashHeadroom: Amount | null
    readonly met: boolean
  }[]
  /** the month whose statement will state it; null after the last */ readonly nextTest: Month | null
  readonly assumed: unknown
}

export type Factories = { readonly now: Instant; readonly factories: readonly FactoryRow[] }

export type FactoryHallRow = {
  /** `-` for racks whose names have no hall */ readonly hall: string
  readonly racks: number
  readonly gpus: number
  readonly gpuSeconds: FactoryStates
  /** as many as the month has local days */ readonly days: readonly { readonly accepted: number; readonly unsold: number }[]
}

export type FactoryMonth = {
  readonly id: string
  readonly agreement: string
  readonly title: string
  readonly region: string
  readonly zone: string
  readonly month: Month
  readonly now: Instant
  readonly from: Instant
  readonly to: Instant
  readonly hours: string
  /** nothing has happened after it yet */ readonly until: Instant
  readonly days: readonly LocalDate[]
  readonly halls: readonly FactoryHallRow[]
  /** the blocks of this factory as settled, and the sums over its racks; empty where the readings cannot be settled */ readonly ties: readonly {
    readonly state: 'accepted' | 'sold' | 'called' | 'unsold' | 'unavailable' | 'planned' | 'noEvidence'
    readonly settled: number
    readonly drawn: number
  }[]
  /** told of blocks without a place: drawn on the last racks that had something else */ readonly placelessGpuSeconds: number
  /** why the readings cannot all be so */ readonly refusals: readonly string[]
  /** what could not be placed */ readonly problems: readonly string[]
}

export type FactoryRoles = {
  readonly soldUsed: number
  readonly soldIdle: number
  readonly called: number
  readonly unsold: number
  readonly unavailable: number
  readonly planned: number
  readonly noEvidence: number
  readonly notAccepted: number
  readonly notYet: number
}

export type FactoryRow = {
  readonly id: string
  readonly agreement: string
  readonly title: string
  readonly region: string
  readonly zone: string
  readonly halls: number
  readonly racks: number
  readonly gpus: number
  /** the latest month that is over */ readonly month: Month
  /** of the term; the last that has begun */ readonly months: { readonly first: Month; readonly last: Month }
}

export type FactorySource = {
  readonly source: string
  readonly kinds: readonly string[]
  /** with effect in the month */ readonly readings: number
  readonly lastRecorded: Instant
  readonly lastEffect: Instant | null
  /** since the last of them was recorded */ readonly ageSeconds: number
  /** from the end of what it speaks of to now; null where it has not spoken */ readonly lagSeconds: number | null
}

export type FactorySources = {
  readonly now: Instant
  readonly sources: readonly FactorySource[]
  readonly more: boolean
  /** the newest sample; null where no telemetry of this factory is kept here */ readonly telemetry: {
    readonly newest: Instant
    readonly ageSeconds: number
  } | null
}

export type FactoryStates = {
  readonly soldUsed: number
  readonly soldIdle: number
  readonly called: number
  readonly unsold: number
  readonly unavailable: number
  readonly planned: number
  readonly noEvidence: number
}

export type Feed = {
  readonly source: string
  readonly kinds: readonly string[]
  /** of the last 35 days */ readonly readings: number
  readonly imports: number
  readonly lastRecorded: Instant
  /** the end of what it tells of, so far as it has come */ readonly lastEnd: Instant | null
  /** since it last told of anything */ readonly ageSeconds: number
  /** how long it may be silent: three times as long as it usually is, and 15 minutes at least; null: it has no rhythm */ readonly limitSeconds:
    | number
    | null
  readonly late: boolean
}

export type Feeds = {
  readonly now: Instant
  readonly feeds: readonly Feed[]
  /** of those with a limit the one that is furthest beyond it, or nearest to it */ readonly slowest: Feed | null
}

export type Hall = {
  readonly id: string
  readonly agreement: string
  readonly title: string
  readonly region: string
  readonly zone: string
  readonly month: Month
  readonly now: Instant
  readonly from: Instant
  readonly to: Instant
  readonly hours: string
  /** nothing has happened after it yet */ readonly until: Instant
  readonly hall: string
  readonly day: LocalDate | null
  readonly rack: unknown
  /** starts of the buckets and the end, in seconds since the epoch */ readonly edges: readonly number[]
  /** a colour and GPU-seconds of one bucket by state, in the order soldUsed, soldIdle, called, unsold, unavailable, planned, noEvidence */ readonly mixes: readonly {
    readonly role: 'soldUsed' | 'soldIdle' | 'called' | 'unsold' | 'unavailable' | 'planned' | 'noEvidence' | 'notAccepted' | 'notYet'
    readonly gpuSeconds: readonly number[]
  }[]
  readonly rows: readonly {
    readonly name: string
    readonly gpus: number
    readonly seconds: FactoryRoles
    readonly gpuSeconds: FactoryStates
    /** buckets in a row that are alike: how many, and the number of their mix */ readonly runs: readonly (readonly [number, number])[]
  }[]
  readonly series: HallSeries
}

export type HallSeries = {
  readonly soldUsed: readonly number[]
  readonly soldIdle: readonly number[]
  readonly called: readonly number[]
  readonly unsold: readonly number[]
  readonly unavailable: readonly number[]
  readonly planned: readonly number[]
  readonly noEvidence: readonly number[]
}

export type Hash = string

export type HashInput = string

export type Health = {
  readonly status: 'ok'
  /** the server's clock; fixed in a demonstration */ readonly now: string
  readonly version: string
}

export type Hit = {
  readonly kind: 'agreement' | 'month' | 'amount' | 'clause' | 'factory' | 'hall' | 'order' | 'statement' | 'version' | 'journal'
  readonly id: string
  readonly agreement: unknown
  /** of its agreement */ readonly title: unknown
  readonly month: Month | null
  readonly version: number | null
  readonly line: number | null
  /** of a hall its factory; of an order its pool; of an amount what it is of */ readonly place: unknown
  readonly amount: Amount | null
  readonly currency: unknown
}

export type Hits = { readonly question: string; readonly hits: readonly Hit[] }

export type InTalks = {
  readonly agreement: string
  readonly title: string
  readonly counterparty: Party
  readonly through: LocalDate | null
  readonly note: unknown
}

export type IngestProgress = {
  readonly uploads: readonly {
    /** of the request */ readonly id: string
    readonly file: string
    readonly startedAt: Instant
    /** lines read so far */ readonly rows: number
    readonly refused: number
    /** of the body, before gzip is taken off */ readonly bytesRead: number
    /** null where the sender does not say */ readonly bytesTotal: number | null
  }[]
}

export type Ingested = {
  /** number of the import; null where there was nothing to keep yet */ readonly batch: unknown
  readonly accepted: number
  /** what was there already, with the same content */ readonly repeats: number
  readonly refused: number
  /** kept, but for a month that is final: settled by a correction */ readonly late: number
  /** it was answered before, under the same key */ readonly again: boolean
  /** the first 1,000 */ readonly refusals: readonly Refusal[]
}

export type Input = {
  readonly operator: '+' | '-' | '×' | '÷' | 'note'
  readonly word: string
  readonly symbol?: string
  /** exact: n/d or n; words where the unit is text */ readonly value: string
  readonly unit:
    | 'gpu-seconds'
    | 'gpu-hours'
    | 'major'
    | 'rate'
    | 'per-gpu-hour'
    | 'per-unit'
    | 'per-day'
    | 'per-share'
    | 'seconds'
    | 'days'
    | 'units'
    | 'shares'
    | 'text'
  readonly source: InputSource
  readonly children?: readonly Input[]
}

export type InputSource =
  | { readonly kind: 'fact'; readonly subject: string; readonly reading: readonly string[] }
  | { readonly kind: 'terms'; readonly version: number; readonly pointer: string }
  | { readonly kind: 'line'; readonly key: string }
  | { readonly kind: 'state'; readonly name: string }
  | { readonly kind: 'sum' }

export type Instant = string

export type Instrument = {
  /** `agreement/clause` */ readonly instrument: string
  readonly agreement: string
  readonly clause: string
  /** of the agreement */ readonly title: string
  readonly kind: string
  /** given: the guarantor stands for it; held: others owe it something */ readonly side: 'given' | 'held'
  readonly counterparty: Party
  readonly beneficiary: Party
  readonly lender: Party | null
  readonly regions: readonly string[]
  readonly currency: string
  readonly status: 'ahead' | 'live' | 'ended'
  readonly from: LocalDate
  readonly through: LocalDate
  readonly restsOn: { readonly statement: string; readonly month: Month } | null
  /** what its kind does not state is absent */ readonly amounts: Readonly<Record<string, Amount>>
  readonly assumed: unknown
}

export type InstrumentPack = {
  readonly pack: string
  readonly title: string
  readonly treatment: { readonly id: string; readonly word: string }
  readonly alternatives: readonly { readonly id: string; readonly word: string }[]
  readonly statement: string
  readonly rows: readonly {
    readonly period: string
    readonly item: string
    readonly amount: Amount | null
    readonly value: string
    /** where the amount comes from, in words */ readonly source: string
  }[]
  readonly missing: readonly string[]
}

export type InstrumentPage = {
  readonly now: Instant
  readonly asOf: Month
  readonly knownOn: Instant | null
  readonly row: Instrument
  readonly positions: readonly { readonly measure: string; readonly of: unknown; readonly value: Exact; readonly unit: string }[]
  readonly promised: readonly {
    readonly from: LocalDate
    readonly through: LocalDate
    readonly nature: 'firm' | 'contingent'
    readonly amount: Amount
  }[]
  readonly sentences: readonly {
    readonly version: number
    readonly pointer: string
    readonly text: string
    readonly assumed: boolean
    readonly note: unknown
  }[]
  readonly packs: readonly InstrumentPack[]
}

export type Job = {
  readonly id: JobId
  /** what is done: close */ readonly kind: string
  readonly subject: string
  readonly agreement: unknown
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  /** whether it can be asked to stop, and has not been yet */ readonly cancellable: boolean
  /** who asked for it */ readonly by: string
  readonly at: Instant
  readonly latest: JobEvent
}

export type JobEvent = {
  /** from 1, without a hole: the `id` of the event, for Last-Event-ID */ readonly number: number
  readonly kind: 'queued' | 'progress' | 'retry' | 'cancelling' | 'done' | 'failed' | 'cancelled'
  readonly at: Instant
  /** units of the work; null where they are not known */ readonly done: number | null
  readonly total: number | null
  readonly message: string
}

export type JobId = string

export type JobIdInput = string

export type Jobs = { readonly jobs: readonly Job[]; /** cursor of the next page; null on the last */ readonly next: unknown }

export type Journal = {
  readonly id: string
  readonly book: string
  readonly date: LocalDate
  readonly period: Month
  readonly narration: string
  readonly agreement: string
  readonly month: Month
  readonly statementVersion: number
  /** accrual, netting, and such; with whom where it is neither guarantor nor operator */ readonly step: string
  readonly entries: number
  /** its debits, which equal its credits */ readonly moved: readonly {
    readonly currency: string
    /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly amount: Amount
  }[]
  readonly lines: readonly {
    readonly journal: string
    readonly position: number
    readonly date: LocalDate
    readonly period: Month
    readonly narration: string
    readonly agreement: string
    readonly month: Month
    readonly statementVersion: number
    /** accrual, netting, and such; with whom where it is neither guarantor nor operator */ readonly step: string
    /** a path below assets, liabilities, equity, income or expenses: `assets:receivable:sharon-ai` */ readonly account: string
    /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly amount: Amount
    readonly currency: string
    /** number of the line of the statement that it comes from; null where it comes from no single one */ readonly line: number | null
    readonly text: string
  }[]
}

export type Journals = {
  readonly book: string
  readonly journals: readonly {
    readonly id: string
    readonly book: string
    readonly date: LocalDate
    readonly period: Month
    readonly narration: string
    readonly agreement: string
    readonly month: Month
    readonly statementVersion: number
    /** accrual, netting, and such; with whom where it is neither guarantor nor operator */ readonly step: string
    readonly entries: number
    /** its debits, which equal its credits */ readonly moved: readonly {
      readonly currency: string
      /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly amount: Amount
    }[]
  }[]
  readonly next: unknown
}

export type Key = {
  readonly id: string
  readonly name: string
  readonly madeBy: { readonly id: string; readonly name: string }
  /** what it acts as: what its maker acted as */ readonly as: Membership
  readonly scopes: readonly string[]
  readonly madeAt: Instant
  readonly expiresAt: Instant
  readonly usedAt: Instant | null
  readonly revokedAt: Instant | null
  /** ended: with the role of its maker, for good */ readonly state: 'holds' | 'expired' | 'revoked' | 'ended'
}

export type Keys = {
  readonly keys: readonly Key[]
  readonly next: unknown
  /** what a new key can be given */ readonly scopes: readonly string[]
}

export type Lane = {
  readonly clause: string
  readonly kind: 'share' | 'price' | 'retention'
  /** tier and blocks, where they differ */ readonly label: string
  readonly from: Instant
  readonly to: Instant
  readonly steps: readonly { readonly at: Instant; readonly value: Exact; readonly pointer: string }[]
}

export type Line = {
  readonly number: number
  readonly key: string
  readonly clause: string
  readonly formula: string
  readonly text: string
  readonly block: unknown
  readonly from: Instant
  readonly to: Instant
  readonly version: number
  readonly contractYear: number
  readonly payer: string
  readonly payee: string
  readonly reason: unknown
  readonly quantity: Exact
  readonly quantityUnit: 'gpu-seconds' | 'major' | 'days' | 'units' | 'shares' | 'share'
  readonly rate: Exact
  readonly rateUnit: 'per-gpu-hour' | 'share' | 'none' | 'per-day' | 'per-unit' | 'per-share' | 'per-year'
  readonly exact: Exact
  readonly amount: Amount
  /** the final month whose line of this key it corrects */ readonly corrects?: Month
  /** what of it was in dispute when the statement was drawn up */ readonly held?: Amount
  readonly reasons: readonly Input[]
}

export type LineChange = {
  readonly kind: 'same' | 'amount' | 'reasons' | 'added' | 'removed'
  readonly key: string
  readonly clause: string
  readonly formula: string
  readonly text: string
  readonly corrects: Month | null
  readonly payer: string
  readonly payee: string
  readonly before: ToldLine | null
  readonly after: ToldLine | null
  /** what `payer` pays more */ readonly difference: Amount
  readonly reasons: readonly ReasonChange[]
  readonly causes: readonly Cause[]
}

export type LocalDate = string

export type LocalDateInput = string

export type MadeKey = {
  readonly key: Key
  /** what to send as `Authorization: Bearer`: told once, and null where this was asked again under one Idempotency-Key */ readonly token: unknown
}

export type MadeUpPeople = { readonly people: readonly MadeUpPerson[] }

export type MadeUpPerson = { readonly person: string; readonly name: string; readonly memberships: readonly Membership[] }

export type MadeWebhook = { readonly webhook: Webhook; /** whsec_…: shown now and never again */ readonly secret: string }

export type Membership = {
  /** null for an administrator: of this installation, not of a party */ readonly party: unknown
  readonly partyName: unknown
  readonly role: 'operator' | 'guarantor' | 'tenant' | 'lender' | 'auditor' | 'administrator'
}

export type MembershipChangeInput = {
  readonly change: 'give' | 'take-back'
  readonly role: 'operator' | 'guarantor' | 'tenant' | 'lender' | 'auditor' | 'administrator'
  /** null for an administrator, who is of this installation */ readonly party: string | null
}

export type MembershipChanged = { readonly memberships: readonly Membership[]; readonly sessionsEnded: number; readonly again: boolean }

export type Month = string

export type MonthInput = string

export type MonthSeries = {
  /** starts of the hours and the end, in seconds since the epoch */ readonly edges: readonly number[]
  readonly blocks: readonly {
    readonly block: string
    readonly accepted: readonly number[]
    readonly sold: readonly number[]
    readonly called: readonly number[]
    readonly unsold: readonly number[]
    readonly unavailable: readonly number[]
    readonly planned: readonly number[]
  }[]
}

export type MovedLine = {
  readonly agreement: string
  readonly month: Month
  readonly version: number
  readonly number: number
  readonly clause: string
  readonly word: string
  readonly payer: string
  readonly payee: string
  /** signed as it counts here */ readonly amount: Amount
  readonly corrects: Month | null
  readonly reasons: ReasonsAddress
}

export type MovedLines = {
  /** null where there is no line */ readonly currency: unknown
  /** of all lines asked for, on every page the same; null in several currencies */ readonly sum: Amount | null
  readonly count: number
  readonly lines: readonly MovedLine[]
  readonly next: unknown
}

export type Need = {
  /** the same for everybody, and for as long as the same is to be done about it */ readonly id: string
  readonly kind: 'payment' | 'dispute' | 'answer' | 'findings' | 'month' | 'cap' | 'covenant' | 'feed' | 'order' | 'job'
  readonly agreement: unknown
  /** of the agreement; of a feed, an order or a job its name */ readonly title: string
  readonly guarantor: unknown
  readonly operator: unknown
  readonly month: Month | null
  /** what is at stake, in major units; null where nobody can say yet */ readonly amount: Amount | null
  readonly currency: unknown
  /** in the zone of the agreement */ readonly dueOn: LocalDate | null
  /** whole local days; negative: overdue by so many */ readonly daysLeft: number | null
  readonly payer: unknown
  /** of findings; of questions asked; of months where they are overdue in one sum, of which `month` is the oldest */ readonly count:
    | number
    | null
  /** of a cap whether it is of a period, a year or all; of a covenant its ratio and level; of a job what went wrong */ readonly name: unknown
  /** of a month that is over and not final: how far it is */ readonly stage:
    | ('open' | 'prepared' | 'approved-by-operator' | 'returned' | 'overtaken' | 'closing')
    | null
  /** who brought a month to its stage; null where nobody has begun */ readonly by: { readonly id: string; readonly name: string } | null
  /** of a cap or a covenant */ readonly clause: unknown
  /** of a cap: drawn over limit */ readonly share: Exact | null
  /** of a covenant: the ratio at its last test, in `month` */ readonly actual: Exact | null
  /** of a covenant: the level it must not fall below */ readonly required: Exact | null
  readonly ageSeconds: number | null
  readonly limitSeconds: number | null
}

export type NetChange = {
  readonly parties: readonly [string, string]
  readonly before: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  readonly after: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  readonly difference: Amount
}

export type NewKeyInput = {
  readonly name: string
  readonly scopes: readonly (
    | 'agreements:read'
    | 'agreements:amend'
    | 'statements:read'
    | 'statements:prepare'
    | 'statements:approve'
    | 'disputes:raise'
    | 'readings:read'
    | 'readings:write'
    | 'factories:read'
    | 'claims:read'
    | 'claims:decide'
    | 'orders:read'
    | 'portfolio:read'
    | 'register:read'
    | 'ledger:read'
    | 'audit:read'
    | 'feeds:read'
    | 'people:manage'
    | 'keys:manage'
    | 'webhooks:manage'
    | 'sandbox:advance'
  )[]
  readonly days?: number
}

export type NewPersonInput = { readonly name: string; readonly email?: string; readonly issuer?: string; readonly subject?: string }

export type News = {
  readonly kind: 'final' | 'corrected' | 'amended' | 'disputed'
  readonly agreement: string
  readonly title: string
  readonly month: Month | null
  readonly version: number | null
  readonly amount: Amount | null
  readonly currency: string
}

export type Notice = {
  readonly at: Instant
  readonly kind: 'event' | 'dispute' | 'ruling'
  readonly clause: unknown
  readonly text: string
}

export type Order = {
  readonly order: string
  readonly pool: string
  /** null for a tenant, who buys and is no party to it */ readonly agreement: unknown
  readonly title: unknown
  readonly region: string
  readonly zone: string
  readonly tenant: unknown
  /** first and last local date of its reservations, in all time; null where it has none */ readonly from: LocalDate | null
  readonly through: LocalDate | null
  /** the most that were reserved at once in the month */ readonly gpus: number
  /** at every instant the larger of reserved and held by jobs */ readonly sold: number
  readonly reserved: number
  /** held by its jobs */ readonly used: number
  /** reserved, and held by no job: sold − used */ readonly idle: number
  /** held by jobs beyond what was reserved: sold − reserved */ readonly beyond: number
  readonly billed: readonly Bill[]
}

export type OrderDetail = {
  readonly order: string
  readonly pool: string
  /** null for a tenant, who buys and is no party to it */ readonly agreement: unknown
  readonly title: unknown
  readonly region: string
  readonly zone: string
  readonly tenant: unknown
  /** first and last local date of its reservations, in all time; null where it has none */ readonly from: LocalDate | null
  readonly through: LocalDate | null
  /** the most that were reserved at once in the month */ readonly gpus: number
  /** at every instant the larger of reserved and held by jobs */ readonly sold: number
  readonly reserved: number
  /** held by its jobs */ readonly used: number
  /** reserved, and held by no job: sold − used */ readonly idle: number
  /** held by jobs beyond what was reserved: sold − reserved */ readonly beyond: number
  readonly billed: readonly Bill[]
  readonly now: Instant
  readonly month: Month
  /** starts of the hours of the month and its end, in seconds since the epoch */ readonly edges: readonly number[]
  readonly reservedByHour: readonly number[]
  readonly usedByHour: readonly number[]
  readonly soldByHour: readonly number[]
  /** of all months */ readonly bills: readonly {
    readonly month: Month
    readonly currency: string
    readonly amount: Amount
    readonly charges: number
  }[]
  /** other pools that have an order of this name */ readonly pools: readonly string[]
}

export type Orders = { readonly now: Instant; readonly month: Month; readonly orders: readonly Order[]; readonly next: unknown }

export type OverviewSums = {
  /** paid by the guarantor so far, under what it has given */ readonly paid: Amount
  /** the most that can still be asked for, undiscounted */ readonly gross: Amount
  readonly amortised: Amount
  /** of gross, what escrow and collateral cover: gross = covered + net */ readonly covered: Amount
  readonly net: Amount
  readonly called: Amount
  readonly recovered: Amount
  /** share of revenue received so far */ readonly share: Amount
  /** paid in the last twelve months */ readonly paidBehind: Amount
  /** received in the last twelve months */ readonly shareBehind: Amount
}

export type Parties = {
  readonly parties: readonly {
    readonly party: string
    readonly name: string
    readonly roles: readonly string[]
    readonly agreements: readonly string[]
  }[]
}

export type Party = { readonly id: string; readonly name: string }

export type People = { readonly people: readonly Person[]; readonly next: unknown }

export type Period = {
  readonly id: string
  readonly hash: Hash
  readonly recordedAt: Instant
  /** every version of this month, drafts and final, the latest last */ readonly versions: readonly number[]
  /** where it stands now: the statement itself never changes */ readonly standing: {
    readonly status: 'provisional' | 'final' | 'corrected' | 'disputed'
    readonly totals: Totals
    /** what is in dispute now, by line */ readonly held: readonly { readonly line: number; readonly amount: Amount }[]
    /** later statements with corrections of this one */ readonly correctedOn: readonly Month[]
  }
  readonly statement: Statement
}

export type PeriodProgress = {
  readonly agreement: string
  readonly month: Month
  readonly zone: string
  readonly currency: string
  readonly to: Instant
  readonly status: 'running' | 'open' | 'prepared' | 'approved-by-operator' | 'returned' | 'overtaken' | 'closing' | 'final'
  readonly draft: StatementDraft | null
  readonly steps: readonly {
    readonly step: 'over' | 'feeds' | 'reconciled' | 'claim' | 'operator' | 'guarantor' | 'final'
    readonly state: 'done' | 'current' | 'attention' | 'waiting'
    readonly count: number | null
    readonly of: number | null
    /** who did it */ readonly by: { readonly id: string; readonly name: string } | null
    /** when it was done, or will be */ readonly at: Instant | null
    /** what is left to do; of a step that is done, what it was done without */ readonly left: unknown
  }[]
  readonly sources: readonly {
    readonly source: string
    readonly kinds: readonly string[]
    readonly readings: number
    readonly needed: boolean
    /** it has told of the month to its end */ readonly in: boolean
    /** up to when what it told has effect */ readonly through: Instant | null
    readonly lastRecorded: Instant
  }[]
  /** between sources, when the latest draft was prepared */ readonly differences: number | null
  /** what whoever asks can do now */ readonly acts: readonly {
    readonly act: 'prepare' | 'approve' | 'return'
    readonly may: boolean
    /** why not, and who can */ readonly why: unknown
  }[]
  /** for whom they act in this agreement */ readonly side: ('operator' | 'guarantor') | null
}

export type PeriodRow = {
  readonly month: Month
  readonly from: Instant
  readonly to: Instant
  readonly hours: string
  /** corrected: on a later statement; disputed: a line is held; over: not closed yet; running: not over yet */ readonly status:
    | 'final'
    | 'corrected'
    | 'disputed'
    | 'provisional'
    | 'over'
    | 'running'
  readonly version: number | null
  readonly guarantorPays: Amount | null
  readonly operatorPays: Amount | null
  readonly net: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount } | null
  /** the net of what is not in dispute now */ readonly payable: {
    readonly payer: unknown
    readonly payee: unknown
    readonly amount: Amount
  } | null
  readonly dueOn: LocalDate | null
}

export type Periods = {
  readonly agreement: string
  readonly currency: string
  readonly zone: string
  readonly now: Instant
  readonly periods: readonly PeriodRow[]
}

export type Person = {
  readonly id: string
  readonly name: string
  readonly email: unknown
  /** null until they first sign in, where they were added by e-mail */ readonly identity: {
    readonly issuer: string
    readonly subject: string
  } | null
  /** one of those that a server without login offers to sign in as */ readonly madeUp: boolean
  readonly memberships: readonly Membership[]
  /** when a session of theirs was last used */ readonly seenAt: Instant | null
}

export type PickedCent = {
  readonly seed: string
  readonly agreement: string
  readonly month: Month
  readonly version: number
  readonly statement: string
  readonly line: number
  readonly amount: Amount
  readonly currency: string
  /** which smallest unit of the line it is, from 1 */ readonly cent: string
  /** how many the line has */ readonly cents: string
  /** where the console explains it */ readonly page: string
  /** where the API does */ readonly explanation: string
}

export type Portfolio = {
  readonly now: Instant
  /** at the end of this month; null where no month is final */ readonly asOf: Month | null
  /** the months that any agreement has final, the latest first */ readonly months: readonly Month[]
  /** as known then; null: as known now */ readonly knownOn: Instant | null
  readonly guarantor: Party | null
  /** whose portfolio can be asked for */ readonly guarantors: readonly Party[]
  /** the portfolio document on record; null: none, so that years are of the calendar and hardware is not disclosed */ readonly document: {
    readonly portfolio: string
    readonly title: string
    readonly version: number
    readonly recordedAt: Instant
  } | null
  /** in words */ readonly fiscalYear: string
  /** months that the operator approved and the guarantor has not; none as known on a date */ readonly toApprove: readonly ToApprove[]
  readonly books: readonly PortfolioBook[]
  readonly inTalks: readonly InTalks[]
}

export type PortfolioBook = {
  readonly currency: string
  readonly total: OverviewSums
  readonly rows: readonly PortfolioRow[]
  /** what final statements moved, in order of time; the months add up to `total` */ readonly months: readonly {
    readonly month: Month
    readonly year: number
    readonly paid: Amount
    readonly share: Amount
    readonly reasons: ReasonsAddress
  }[]
  /** the twelve months from the day after `asOf` on: what is certain, and what is bounded by the terms. No forecast. */ readonly ahead: readonly {
    readonly month: Month
    readonly firm: Amount
    readonly contingent: Amount
  }[]
  readonly aheadTotal: { readonly firm: Amount; readonly contingent: Amount }
  /** by fiscal year: what was moved, and what is still promised, certain and at most */ readonly years: readonly {
    readonly year: number
    readonly from: LocalDate
    readonly through: LocalDate
    readonly paid: Amount
    readonly share: Amount
    readonly firm: Amount
    readonly contingent: Amount
  }[]
  readonly by: {
    readonly counterparty: readonly PortfolioPart[]
    readonly kind: readonly PortfolioPart[]
    readonly region: readonly PortfolioPart[]
    readonly year: readonly PortfolioPart[]
  }
  readonly concentration: {
    readonly counterparty: readonly {
      readonly name: string
      readonly net: Amount
      /** per cent with one decimal; rounded together to 100.0 */ readonly share: string
    }[]
    readonly kind: readonly {
      readonly name: string
      readonly net: Amount
      /** per cent with one decimal; rounded together to 100.0 */ readonly share: string
    }[]
    readonly region: readonly {
      readonly name: string
      readonly net: Amount
      /** per cent with one decimal; rounded together to 100.0 */ readonly share: string
    }[]
    readonly ends: readonly {
      readonly name: string
      readonly net: Amount
      /** per cent with one decimal; rounded together to 100.0 */ readonly share: string
    }[]
  }
  readonly flows: readonly CircularFlow[]
  readonly flowsTotal: {
    readonly equityIn: Amount
    readonly boughtFrom: Amount
    readonly shareFrom: Amount
    readonly guaranteesFor: Amount
  }
}

export type PortfolioPart = {
  readonly name: string
  readonly paid: Amount
  readonly gross: Amount
  readonly covered: Amount
  readonly net: Amount
}

export type PortfolioRow = {
  /** paid by the guarantor so far, under what it has given */ readonly paid: Amount
  /** the most that can still be asked for, undiscounted */ readonly gross: Amount
  readonly amortised: Amount
  /** of gross, what escrow and collateral cover: gross = covered + net */ readonly covered: Amount
  readonly net: Amount
  readonly called: Amount
  readonly recovered: Amount
  /** share of revenue received so far */ readonly share: Amount
  /** paid in the last twelve months */ readonly paidBehind: Amount
  /** received in the last twelve months */ readonly shareBehind: Amount
  readonly agreement: string
  readonly title: string
  readonly counterparty: Party
  /** with who rated it, as the portfolio document writes both */ readonly rating: unknown
  readonly kinds: readonly string[]
  readonly regions: readonly string[]
  readonly until: LocalDate
  readonly status: 'ahead' | 'live' | 'ended'
  /** GPU-seconds of the last twelve months; null where nothing was accepted */ readonly sold: {
    readonly sold: Exact
    readonly accepted: Exact
  } | null
  /** the latest that is final */ readonly lastMonth: Month | null
  /** what of its terms was not disclosed; null where nothing is assumed */ readonly assumed: unknown
  readonly reasons: { readonly paid: ReasonsAddress; readonly share: ReasonsAddress; readonly gross: ReasonsAddress }
}

export type Position = {
  readonly clause: string
  readonly by: string
  readonly to: string
  readonly measure: string
  readonly of: unknown
  readonly value: Exact
  readonly unit: string
  readonly reasons: readonly Input[]
}

export type PreviewInput = { readonly document: string }

export type Problem = {
  /** urn:offtake:problem:…; stable, for programs */ readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
  readonly requestId: string
}

export type Proposal = {
  readonly id: string
  readonly agreement: string
  readonly version: number
  /** in force: signed by both parties and loaded */ readonly state: 'open' | 'in force' | 'declined' | 'withdrawn'
  readonly hash: Hash
  readonly note: string
  readonly proposedBy: string
  /** for whom; null: whoever owns this installation */ readonly party: unknown
  readonly proposedAt: Instant
  readonly endedBy: unknown
  readonly endedFor: unknown
  readonly endedAt: Instant | null
  readonly reason: unknown
  readonly guarantor: string
  readonly operator: string
  /** the party whose signature is missing */ readonly awaits: unknown
  readonly document: string
  readonly draft: Draft
}

export type ProposalRow = {
  readonly id: string
  readonly agreement: string
  readonly version: number
  /** in force: signed by both parties and loaded */ readonly state: 'open' | 'in force' | 'declined' | 'withdrawn'
  readonly hash: Hash
  readonly note: string
  readonly proposedBy: string
  /** for whom; null: whoever owns this installation */ readonly party: unknown
  readonly proposedAt: Instant
  readonly endedBy: unknown
  readonly endedFor: unknown
  readonly endedAt: Instant | null
  readonly reason: unknown
  readonly guarantor: string
  readonly operator: string
  /** the party whose signature is missing */ readonly awaits: unknown
}

export type Proposals = { readonly now: Instant; readonly proposals: readonly ProposalRow[] }

export type ProposeInput = { readonly document: string; readonly note?: string }

export type RackReadings = {
  readonly unit: string
  readonly from: Instant
  readonly to: Instant
  readonly readings: readonly Reading[]
  readonly more: boolean
}

export type Reader = {
  readonly agreement: string
  readonly party: string
  readonly role: 'lender' | 'auditor'
  readonly recordedAt: Instant
}

export type ReaderChangeInput = {
  readonly change: 'give' | 'take-back'
  readonly agreement: string
  readonly party: string
  readonly role: 'lender' | 'auditor'
}

export type ReaderChanged = { readonly again: boolean }

export type Readers = { readonly readers: readonly Reader[]; readonly next: unknown }

export type Reading = {
  readonly source: string
  readonly id: string
  readonly kind: string
  /** its block or pool */ readonly subject: string
  /** effective time; null where another reading gives it */ readonly from: Instant | null
  readonly to: Instant | null
  readonly recordedAt: Instant
  readonly gpus: number | null
  readonly order: unknown
  readonly tenant: unknown
  readonly unit: unknown
  /** what only this kind has, as JSON */ readonly detail: unknown
  /** the month it came too late for: it is not in that statement */ readonly lateFor: unknown
  readonly replaces: unknown
  /** the id of the reading that took its place */ readonly replacedBy: unknown
  readonly sha256: string
}

export type Readings = { readonly readings: readonly Reading[]; /** cursor of the next page; null on the last */ readonly next: unknown }

export type ReasonChange = {
  readonly operator: '+' | '-' | '×' | '÷' | 'note'
  readonly word: string
  readonly symbol?: string
  readonly unit:
    | 'gpu-seconds'
    | 'gpu-hours'
    | 'major'
    | 'rate'
    | 'per-gpu-hour'
    | 'per-unit'
    | 'per-day'
    | 'per-share'
    | 'seconds'
    | 'days'
    | 'units'
    | 'shares'
    | 'text'
  readonly source: InputSource
  readonly before: unknown
  readonly after: unknown
  readonly difference: Exact | null
  readonly same: boolean
  readonly children: readonly ReasonChange[]
}

export type ReasonsAddress = string

export type Recomputation = {
  readonly result: 'equal' | 'different' | 'impossible'
  readonly statement: string
  readonly version: number
  readonly hash: Hash
  /** of the document that was settled again */ readonly settledHash: Hash | null
  /** when this server did it */ readonly settledAt: Instant
  /** when the statement was recorded; what came after it took no part */ readonly knownAt: Instant
  readonly terms: readonly { readonly version: number; readonly hash: Hash }[]
  readonly readings: number
  /** earlier months that were settled again for its corrections */ readonly settledAgain: readonly Month[]
  /** why it is impossible; what differs */ readonly messages: readonly string[]
  /** lines that differ: before as stated, after as settled again */ readonly lines: readonly {
    readonly kind: 'same' | 'amount' | 'reasons' | 'added' | 'removed'
    readonly key: string
    readonly clause: string
    readonly formula: string
    readonly text: string
    readonly corrects: Month | null
    readonly payer: string
    readonly payee: string
    readonly before: ToldLine | null
    readonly after: ToldLine | null
    /** what `payer` pays more */ readonly difference: Amount
    readonly reasons: readonly ReasonChange[]
  }[]
  readonly net: {
    readonly stated: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
    readonly settled: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  } | null
}

export type Reconciliation = {
  readonly agreement: string
  readonly month: Month
  readonly zone: string
  readonly total: number
  readonly rows: readonly ReconciliationRow[]
  readonly next: unknown
}

export type ReconciliationRow = {
  /** allocations, reservations or health; `sold-but-down` for what is sold and out of service */ readonly subject: string
  readonly where: string
  readonly source: unknown
  readonly counted: readonly string[]
  /** null: over the whole month */ readonly date: LocalDate | null
  readonly more: number
  readonly less: number
}

export type Refusal = {
  /** line of the upload, or number of the event in the request, from 1 */ readonly line: number
  readonly problems: readonly { readonly pointer: string; readonly message: string }[]
}

export type Register = {
  readonly now: Instant
  readonly asOf: Month | null
  readonly months: readonly Month[]
  readonly knownOn: Instant | null
  readonly fiscalYear: string
  readonly instruments: readonly Instrument[]
  readonly runOff: readonly RunOff[]
  readonly rollForward: { readonly since: Month; readonly rows: readonly Rolled[] } | null
}

export type RemoteWritten = {
  /** samples in the store, whether they are new or were there already */ readonly kept: number
  /** DCGM measured nothing */ readonly blank: number
  /** ends of series */ readonly stale: number
  readonly notNumbers: number
  /** series of metrics that are not used */ readonly otherSeries: number
  readonly otherSamples: number
  /** histograms and exemplars, of which none is used */ readonly otherRecords: number
  readonly refused: number
}

export type RemovedWebhook = { readonly removed: string }

export type Reworded = {
  readonly kind: 'same' | 'changed' | 'added' | 'removed'
  readonly clause: unknown
  readonly pointer: string
  readonly before: unknown
  readonly after: unknown
  /** what stands at the pointer, as JSON */ readonly beforeValue: unknown
  readonly afterValue: unknown
  readonly assumed: boolean
}

export type Rolled = {
  readonly instrument: string
  readonly currency: string
  readonly opening: Amount
  readonly paid: Amount
  readonly other: Amount
  readonly closing: Amount
}

export type RotatedSecret = {
  /** whsec_…: shown now and never again */ readonly secret: string
  /** until then messages are signed by the secret before as well */ readonly previousUntil: Instant
}

export type RunOff = {
  readonly currency: string
  /** the date of the register, then the last dates of fiscal years */ readonly ends: readonly LocalDate[]
  readonly years: readonly string[]
  readonly kinds: readonly { readonly kind: string; readonly net: readonly Amount[]; readonly covered: readonly Amount[] }[]
  readonly total: { readonly net: readonly Amount[]; readonly covered: readonly Amount[] }
}

export type Sandbox = {
  /** time here is moved by hand */ readonly sandbox: boolean
  readonly now: Instant | null
  /** the latest */ readonly run: Advance | null
  /** what a run is at */ readonly step: {
    /** months of agreements that this run has closed */ readonly closed: number
    readonly text: string
  } | null
}

export type SendAgainInput = { /** all that happened at this instant or later */ readonly since: string }

export type SentAgain = { readonly sent: number; /** there are others: ask again from the last of these on */ readonly more: boolean }

export type Sentence = {
  /** null for what is said of the whole agreement */ readonly clause: unknown
  readonly version: number
  /** JSON pointer into the document of that version */ readonly pointer: string
  readonly text: string
  /** what stands at the pointer, as JSON; null where a default speaks */ readonly value: unknown
  /** agreed: nothing is said about its source */ readonly source: 'public' | 'assumption' | 'agreed'
  readonly note: unknown
}

export type Session = {
  /** open: no login is configured, so that whoever reaches this machine may act as anyone; it listens on loopback alone */ readonly login:
    | 'open'
    | 'required'
  /** host of the identity provider; null where no login is configured */ readonly provider: unknown
  /** what is shown is made up */ readonly demo: boolean
  /** null: nobody has signed in */ readonly person: { readonly id: string; readonly name: string } | null
  readonly acting: Membership | null
  /** all that this person may act as */ readonly memberships: readonly Membership[]
  readonly may: readonly (
    | 'agreements:read'
    | 'agreements:amend'
    | 'statements:read'
    | 'statements:prepare'
    | 'statements:approve'
    | 'disputes:raise'
    | 'readings:read'
    | 'readings:write'
    | 'factories:read'
    | 'claims:read'
    | 'claims:decide'
    | 'orders:read'
    | 'portfolio:read'
    | 'register:read'
    | 'ledger:read'
    | 'audit:read'
    | 'feeds:read'
    | 'people:manage'
    | 'keys:manage'
    | 'webhooks:manage'
    | 'sandbox:advance'
  )[]
  /** time here is moved by hand */ readonly sandbox: boolean
}

export type SettledLines = {
  readonly agreement: string
  readonly clause: string
  readonly currency: string
  readonly lines: readonly {
    readonly month: Month
    readonly version: number
    readonly number: number
    readonly text: string
    readonly corrects: Month | null
    readonly payer: string
    readonly amount: Amount
  }[]
}

export type SignInAsInput = { readonly person: string }

export type SignedOut = { readonly signedOut: boolean }

export type Snoozed = { readonly need: string; readonly until: LocalDate }

export type Statement = {
  readonly offtake: 1
  readonly agreement: string
  readonly title: string
  readonly month: Month
  readonly from: Instant
  readonly to: Instant
  readonly hours: string
  readonly zone: string
  readonly currency: string
  readonly guarantor: Party
  readonly operator: Party
  readonly parties: readonly { readonly id: string; readonly name: string; readonly role: string }[]
  readonly version: number
  readonly status: 'provisional' | 'final'
  readonly finalOn: LocalDate | null
  readonly dueOn: LocalDate | null
  readonly lines: readonly Line[]
  readonly totals: Totals
  readonly positions: readonly Position[]
  readonly waterfall: Waterfall
  readonly series: MonthSeries
  readonly terms: readonly { readonly version: number; readonly hash: Hash }[]
  readonly evidence: readonly Evidence[]
  readonly factsHash: Hash
  /** final months that were settled again to state corrections */ readonly settledAgain: readonly {
    readonly month: Month
    readonly factsHash: Hash
    /** what each clause carries, in a form of its own */ readonly closing: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }[]
  /** what each clause carries, in a form of its own */ readonly opening: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** what each clause carries, in a form of its own */ readonly closing: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export type StatementDraft = {
  readonly id: string
  readonly agreement: string
  readonly month: Month
  readonly version: number
  /** SHA-256 of the document: what an approval names */ readonly hash: Hash
  readonly currency: string
  readonly net: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  readonly preparedBy: { readonly id: string; readonly name: string }
  readonly at: Instant
  readonly approvals: readonly {
    readonly by: { readonly id: string; readonly name: string }
    readonly party: string
    readonly side: 'operator' | 'guarantor'
    readonly at: Instant
  }[]
  readonly returned: {
    readonly by: { readonly id: string; readonly name: string }
    readonly party: string
    readonly side: 'operator' | 'guarantor'
    readonly at: Instant
    readonly reason: string
  } | null
  /** what bears on the month and came since it was prepared; null where it can be approved no more */ readonly since: {
    readonly readings: number
    /** another version of the terms that counts in this month */ readonly terms: boolean
  } | null
  /** both approved it, and it was not closed: what is known had changed */ readonly overtaken: {
    readonly readings: number
    readonly reasons: readonly string[]
    readonly at: Instant
  } | null
}

export type Templates = {
  readonly templates: readonly {
    readonly name: string
    readonly title: string
    readonly guarantor: string
    readonly operator: string
    readonly clauses: readonly string[]
    readonly gpus: number
  }[]
}

export type TestedWebhook = { readonly message: string }

export type ToApprove = {
  readonly agreement: string
  readonly title: string
  readonly month: Month
  readonly version: number
  readonly payer: Party | null
  readonly net: Amount
  readonly currency: string
  /** who approved it for the operator */ readonly approvedBy: string
}

export type Today = {
  readonly now: Instant
  /** in one order for everybody: what is overdue, the oldest first; then money over days left, the most pressing first */ readonly needs: readonly Need[]
  /** needs beyond these */ readonly more: number
  readonly snoozed: readonly { readonly need: Need; readonly until: LocalDate }[]
  /** since the visit before this one; null for who comes for the first time, and for nobody in particular */ readonly since: {
    readonly secondsAgo: number
    readonly news: readonly News[]
    readonly more: boolean
  } | null
  readonly trends: readonly Trend[]
  /** the running month that ends first */ readonly next: { readonly title: string; readonly month: Month; readonly days: number } | null
}

export type ToldLine = {
  /** null: no statement has this line yet */ readonly number: number | null
  readonly payer: string
  readonly amount: Amount
  readonly version: number
  readonly quantity: Exact | null
  readonly quantityUnit: 'gpu-seconds' | 'major' | 'days' | 'units' | 'shares' | 'share'
  readonly rate: Exact | null
  readonly rateUnit: 'per-gpu-hour' | 'share' | 'none' | 'per-day' | 'per-unit' | 'per-share' | 'per-year'
}

export type Totals = {
  readonly guarantorPays: Amount
  readonly operatorPays: Amount
  readonly guarantorHeld: Amount
  readonly operatorHeld: Amount
  readonly net: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  readonly payable: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  readonly netting: boolean
  /** pairs of parties other than guarantor and operator */ readonly others: readonly {
    readonly parties: readonly [string, string]
    readonly pays: readonly [Amount, Amount]
    readonly held: readonly [Amount, Amount]
    readonly net: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
    readonly payable: { readonly payer: unknown; readonly payee: unknown; readonly amount: Amount }
  }[]
}

export type Trend = {
  readonly id: 'guarantor-pays' | 'operator-pays' | 'net'
  readonly currency: string
  readonly months: readonly { readonly month: Month; readonly amount: Amount; readonly agreements: number }[]
}

export type TrialBalance = {
  readonly book: string
  /** null: from the first journal */ readonly from: LocalDate | null
  /** included; null: to the last journal */ readonly through: LocalDate | null
  readonly sections: readonly {
    readonly currency: string
    readonly rows: readonly {
      /** a path below assets, liabilities, equity, income or expenses: `assets:receivable:sharon-ai` */ readonly account: string
      /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly opening: Amount
      readonly debit: Amount
      readonly credit: Amount
      /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly closing: Amount
    }[]
    /** opening and closing are zero, debits equal credits; checked before it was sent */ readonly total: {
      /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly opening: Amount
      readonly debit: Amount
      readonly credit: Amount
      /** decimal string at the minor unit; a debit is positive, a credit negative */ readonly closing: Amount
    }
  }[]
}

export type Waterfall = {
  readonly accepted: Exact
  readonly planned: Exact
  readonly unavailable: Exact
  readonly sold: Exact
  readonly called: Exact
  readonly unsold: Exact
  readonly claimed: Exact
  readonly ineligible: Exact
  readonly overCap: Exact
  readonly paid: Exact
}

export type Webhook = {
  /** whk_… */ readonly id: string
  readonly party: string
  readonly url: string
  readonly events: readonly string[] | null
  readonly agreements: readonly string[] | null
  readonly description: string
  readonly state: 'on' | 'off'
  /** why it is off */ readonly reason: unknown
  readonly createdAt: Instant
  readonly changedAt: Instant
  /** the last attempt at any message */ readonly last: {
    readonly at: Instant
    readonly outcome: 'delivered' | 'failed' | 'gone'
    readonly status: number | null
    readonly reason: unknown
  } | null
  /** the first of the attempts that failed since the last that did not */ readonly failingSince: Instant | null
  readonly failures: number
  /** messages that are neither delivered nor given up */ readonly waiting: number
}

export type WebhookAttempt = {
  /** 0, and one more each time it was asked to be sent again */ readonly round: number
  readonly number: number
  readonly at: Instant
  readonly ms: number
  readonly status: number | null
  /** the first bytes of what was answered */ readonly answer: unknown
  readonly outcome: 'delivered' | 'failed' | 'gone'
  readonly reason: unknown
  readonly againAt: Instant | null
}

export type WebhookMessage = {
  /** msg_…: the same in every attempt, as the header webhook-id */ readonly id: string
  readonly type: string
  readonly agreement: unknown
  readonly at: Instant
  readonly state: 'waiting' | 'delivered' | 'given-up'
  /** of the latest round */ readonly attempts: number
  readonly last: WebhookAttempt | null
}

export type WebhookMessageDetail = {
  /** msg_…: the same in every attempt, as the header webhook-id */ readonly id: string
  readonly type: string
  readonly agreement: unknown
  readonly at: Instant
  readonly state: 'waiting' | 'delivered' | 'given-up'
  /** of the latest round */ readonly attempts: number
  readonly last: WebhookAttempt | null
  /** what is sent, byte for byte */ readonly body: string
  readonly tried: readonly WebhookAttempt[]
}

export type WebhookMessages = { readonly messages: readonly WebhookMessage[]; readonly next: unknown }

export type Webhooks = { readonly webhooks: readonly Webhook[]; /** all that can be told of */ readonly events: readonly string[] }

export type WhatIf = {
  readonly agreement: string
  readonly currency: string
  readonly version: number
  readonly months: readonly WhatIfMonth[]
  /** over all months, what the first of the parties pays, net */ readonly totals: readonly {
    readonly parties: readonly [string, string]
    readonly before: Amount
    readonly after: Amount
    readonly difference: Amount
  }[]
  readonly sentences: readonly Reworded[]
}

export type WhatIfMonth = {
  readonly month: Month
  readonly lines: readonly {
    readonly kind: 'same' | 'amount' | 'reasons' | 'added' | 'removed'
    readonly key: string
    readonly clause: string
    readonly formula: string
    readonly text: string
    readonly corrects: Month | null
    readonly payer: string
    readonly payee: string
    readonly before: ToldLine | null
    readonly after: ToldLine | null
    /** what `payer` pays more */ readonly difference: Amount
  }[]
  readonly same: number
  readonly nets: readonly NetChange[]
}

export type WhatIfRequestInput = {
  readonly changes?: readonly ChangeInput[]
  /** YAML or JSON in place of the latest version */ readonly document?: string
  readonly from?: MonthInput
  readonly through?: MonthInput
}

/** What every operation takes and answers. */
export type Operations = {
  /** Acts as another of the things that this person may act as, from now on */ readonly actAs: {
    readonly input: { readonly body: ActAsInput }
    readonly answer: Session
    readonly row: never
    readonly event: never
  }
  /** Adds a person, known by issuer and subject or by an e-mail address that is bound when they first sign in */ readonly addPerson: {
    readonly input: { readonly body: NewPersonInput }
    readonly answer: Person
    readonly row: never
    readonly event: never
  }
  /** Adds an endpoint; the secret that its messages are signed by is in the answer, and nowhere else */ readonly addWebhook: {
    readonly input: { readonly body: AddWebhookInput }
    readonly answer: MadeWebhook
    readonly row: never
    readonly event: never
  }
  /** Approves a version for the side one acts for, by its net as typed; with both approvals it is closed */ readonly approveDraft: {
    readonly input: {
      readonly id: string
      readonly month: MonthInput
      readonly version: number
      readonly body: {
        /** the net as whoever approves typed it, such as 8039836.69 */ readonly net: string
        readonly hash: HashInput
        /** whoever approves knows that something came since it was prepared (`since`); without it such a version is refused */ readonly despiteNews?: boolean
      }
    }
    readonly answer: { readonly draft: StatementDraft; /** both parties have approved it: it is being closed */ readonly approved: boolean }
    readonly row: never
    readonly event: never
  }
  /** Settles past months again with changed terms from the same readings; nothing is kept. `Accept: application/x-ndjson` tells each month as it is settled */ readonly askWhatIf: {
    readonly input: { readonly id: string; readonly body: WhatIfRequestInput }
    readonly answer: WhatIf
    readonly row: never
    readonly event: never
  }
  /** Asks a job to stop at its next safe place; what it did until then stays */ readonly cancelJob: {
    readonly input: { readonly id: JobIdInput }
    readonly answer: Job
    readonly row: never
    readonly event: never
  }
  /** Gives a role for a party, or takes it back, which ends what is done by it at once; nobody changes their own */ readonly changeMembership: {
    readonly input: { readonly person: string; readonly body: MembershipChangeInput }
    readonly answer: MembershipChanged
    readonly row: never
    readonly event: never
  }
  /** Lets a lender or auditor read an agreement, or no longer; its parties read of it in the audit log */ readonly changeReader: {
    readonly input: { readonly body: ReaderChangeInput }
    readonly answer: ReaderChanged
    readonly row: never
    readonly event: never
  }
  /** Changes what is said of an endpoint, and nothing else; turns it on or off. The same again changes nothing more */ readonly changeWebhook: {
    readonly input: { readonly endpoint: string; readonly body: ChangeWebhookInput }
    readonly answer: Webhook
    readonly row: never
    readonly event: never
  }
  /** Works every hash of the log out again: up to which entry all is as it was written, and the last hash */ readonly checkAuditChain: {
    readonly input: { readonly head?: HashInput | undefined }
    readonly answer: AuditChain
    readonly row: never
    readonly event: never
  }
  /** A version against another, or against what became of the month: changed lines with both values, the difference, and why */ readonly comparePeriod: {
    readonly input: {
      readonly v?: number | undefined
      readonly against?: string | undefined
      readonly all?: 'true' | 'false' | undefined
      readonly id: string
      readonly month: MonthInput
    }
    readonly answer: Comparison
    readonly row: never
    readonly event: never
  }
  /** Confirms a finding, restores what was claimed, or asks the operator; with an Idempotency-Key it is done once */ readonly decideFinding: {
    readonly input: { readonly agreement: string; readonly month: MonthInput; readonly finding: string; readonly body: DecideInput }
    readonly answer: Decided
    readonly row: never
    readonly event: never
  }
  /** The book as beancount reads it */ readonly downloadBookBeancount: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** Every entry of the book for a spreadsheet */ readonly downloadBookCsv: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The book as hledger reads it */ readonly downloadBookHledger: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The book as ledger reads it */ readonly downloadBookLedger: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** Every entry of the book as a workbook */ readonly downloadBookXlsx: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The rows of a hall for a spreadsheet */ readonly downloadHallCsv: {
    readonly input: {
      readonly agreement?: string | undefined
      readonly day?: string | undefined
      readonly rack?: string | undefined
      readonly id: string
      readonly month: MonthInput
      readonly hall: string
    }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The lines of the statement for a spreadsheet */ readonly downloadStatementCsv: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The statement as stored, canonical JSON: its SHA-256 is its hash */ readonly downloadStatementJson: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: Readonly<Record<string, unknown>>
    readonly row: never
    readonly event: never
  }
  /** The statement on paper, as it was stated */ readonly downloadStatementPdf: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The statement as a workbook: lines, totals, and what it is */ readonly downloadStatementXlsx: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The trial balance as a workbook, a sheet for each currency */ readonly downloadTrialBalance: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** The other party signs or declines; who proposed it withdraws. What is signed by both is in force at once */ readonly endProposal: {
    readonly input: { readonly proposal: string; readonly body: EndProposalInput }
    readonly answer: ProposalRow
    readonly row: never
    readonly event: never
  }
  /** Why a line is what it is: its clause in words, its reasons, assumptions and evidence */ readonly explainLine: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput; readonly number: number }
    readonly answer: Explanation
    readonly row: never
    readonly event: never
  }
  /** What becomes of a job, as server-sent events; Last-Event-ID goes on after that event, and the last one ends the answer */ readonly followJob: {
    readonly input: { readonly id: JobIdInput }
    readonly answer: string
    readonly row: never
    readonly event: JobEvent
  }
  /** Whether the server answers, and what it takes the time to be */ readonly health: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Health
    readonly row: never
    readonly event: never
  }
  /** Brings readings in as events of CloudEvents 1.0: structured, batched or binary */ readonly ingestEvents: {
    readonly input: {
      readonly mode?: 'keep-the-good' | 'all-or-nothing' | undefined
      readonly agreement?: string | undefined
      readonly body: Sent
    }
    readonly answer: Ingested
    readonly row: never
    readonly event: never
  }
  /** Brings readings in: NDJSON or CSV, plain or gzip, in one transaction */ readonly ingestReadings: {
    readonly input: {
      readonly mode?: 'keep-the-good' | 'all-or-nothing' | undefined
      readonly agreement?: string | undefined
      readonly file?: string | undefined
      readonly body: Sent
    }
    readonly answer: Ingested
    readonly row: never
    readonly event: never
  }
  /** Takes samples of DCGM metrics: Prometheus remote write 1.0 and 2.0 */ readonly ingestRemoteWrite: {
    readonly input: { readonly factory: string; readonly body: Sent }
    readonly answer: RemoteWritten
    readonly row: never
    readonly event: never
  }
  /** Every agreement, with its latest month */ readonly listAgreements: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Agreements
    readonly row: never
    readonly event: never
  }
  /** What was proposed for this agreement, the latest first */ readonly listAmendments: {
    readonly input: { readonly id: string }
    readonly answer: Proposals
    readonly row: never
    readonly event: never
  }
  /** Who did what to what, the newest first, a page at a time: of the agreements one may see, and of one’s own party */ readonly listAudit: {
    readonly input: {
      readonly subject?: string | undefined
      readonly agreement?: string | undefined
      readonly actor?: string | undefined
      readonly action?: string | undefined
      readonly from?: string | undefined
      readonly to?: string | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
    }
    readonly answer: AuditLog
    readonly row: never
    readonly event: never
  }
  /** Imports, the latest first, a page at a time */ readonly listBatches: {
    readonly input: { readonly cursor?: string | undefined; readonly limit?: number | undefined }
    readonly answer: Batches
    readonly row: never
    readonly event: never
  }
  /** Books that can be seen: a party sees its own */ readonly listBooks: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Books
    readonly row: never
    readonly event: never
  }
  /** Months whose claims were verified, the latest first */ readonly listClaims: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Claims
    readonly row: never
    readonly event: never
  }
  /** Disputes of a month, by the clock of the agreement; their threads are read by the two parties alone, without notes of the other one */ readonly listDisputes: {
    readonly input: { readonly id: string; readonly month: MonthInput }
    readonly answer: {
      readonly agreement: string
      readonly month: Month
      /** the clock of the agreement */ readonly zone: string
      readonly now: Instant
      readonly currency: string
      /** of the statement: what is found due bears interest from then, where the terms say so */ readonly dueOn: LocalDate | null
      readonly disputes: readonly Dispute[]
    }
    readonly row: never
    readonly event: never
  }
  /** Debt facilities within reach, with their last test */ readonly listFacilities: {
    readonly input: { readonly on?: MonthInput | undefined; readonly known?: LocalDateInput | undefined }
    readonly answer: Facilities
    readonly row: never
    readonly event: never
  }
  /** Factories with racks on record */ readonly listFactories: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Factories
    readonly row: never
    readonly event: never
  }
  /** Who tells of this factory, and how long ago */ readonly listFactorySources: {
    readonly input: { readonly agreement?: string | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: FactorySources
    readonly row: never
    readonly event: never
  }
  /** Sources of the last weeks, how long ago each told of anything, and which are late */ readonly listFeeds: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Feeds
    readonly row: never
    readonly event: never
  }
  /** What was found, the most money first, a page at a time */ readonly listFindings: {
    readonly input: {
      readonly kind?: string | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
      readonly agreement: string
      readonly month: MonthInput
    }
    readonly answer: ClaimFindings
    readonly row: never
    readonly event: never
  }
  /** The statement lines of an instrument, the latest month first, a page at a time */ readonly listInstrumentLines: {
    readonly input: {
      readonly on?: MonthInput | undefined
      readonly known?: LocalDateInput | undefined
      readonly from?: MonthInput | undefined
      readonly through?: MonthInput | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
      readonly agreement: string
      readonly clause: string
    }
    readonly answer: MovedLines
    readonly row: never
    readonly event: never
  }
  /** Long work that is done, or waits, or was done: of your party and its agreements, the latest first */ readonly listJobs: {
    readonly input: {
      readonly cursor?: JobIdInput | undefined
      readonly limit?: number | undefined
      readonly mine?: 'true' | 'false' | undefined
    }
    readonly answer: Jobs
    readonly row: never
    readonly event: never
  }
  /** Journals in the order of the book, a page at a time */ readonly listJournals: {
    readonly input: {
      readonly from?: string | undefined
      readonly through?: string | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
      readonly book: string
    }
    readonly answer: Journals
    readonly row: never
    readonly event: never
  }
  /** The keys of the party that one acts for, the latest first, a page at a time; an administrator sees all */ readonly listKeys: {
    readonly input: { readonly cursor?: string | undefined; readonly limit?: number | undefined }
    readonly answer: Keys
    readonly row: never
    readonly event: never
  }
  /** Made-up people for the roles of the agreements on record, to sign in as; only where no login is configured */ readonly listMadeUpPeople: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: MadeUpPeople
    readonly row: never
    readonly event: never
  }
  /** Orders of a month, a page at a time: what was reserved, sold, used and billed */ readonly listOrders: {
    readonly input: {
      readonly agreement?: string | undefined
      readonly month?: MonthInput | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
    }
    readonly answer: Orders
    readonly row: never
    readonly event: never
  }
  /** The parties of the agreements on record, and what each is where */ readonly listParties: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Parties
    readonly row: never
    readonly event: never
  }
  /** Who may sign in and as what they may act, a page at a time */ readonly listPeople: {
    readonly input: { readonly cursor?: string | undefined; readonly limit?: number | undefined }
    readonly answer: People
    readonly row: never
    readonly event: never
  }
  /** The months that have begun, and what each came to */ readonly listPeriods: {
    readonly input: { readonly known?: string | undefined; readonly id: string }
    readonly answer: Periods
    readonly row: never
    readonly event: never
  }
  /** The statement lines behind what was paid or received, the latest month first, a page at a time; they add up to it */ readonly listPortfolioLines: {
    readonly input: {
      readonly on?: MonthInput | undefined
      readonly known?: LocalDateInput | undefined
      readonly guarantor?: string | undefined
      readonly of: 'paid' | 'share'
      readonly agreement?: string | undefined
      readonly currency?: string | undefined
      readonly from?: MonthInput | undefined
      readonly through?: MonthInput | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
    }
    readonly answer: MovedLines
    readonly row: never
    readonly event: never
  }
  /** Terms that were proposed, the latest first */ readonly listProposals: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Proposals
    readonly row: never
    readonly event: never
  }
  /** Which lenders and auditors were given which agreements to read, a page at a time */ readonly listReaders: {
    readonly input: { readonly cursor?: string | undefined; readonly limit?: number | undefined }
    readonly answer: Readers
    readonly row: never
    readonly event: never
  }
  /** The readings a fact rests on, a page at a time; or all of them as rows */ readonly listReadings: {
    readonly input: {
      readonly agreement: string
      readonly subject?: string | undefined
      readonly kind?: string | undefined
      readonly from?: string | undefined
      readonly to?: string | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
    }
    readonly answer: Readings
    readonly row: Reading
    readonly event: never
  }
  /** What sources say differently of the same GPUs, the largest first */ readonly listReconciliation: {
    readonly input: {
      readonly agreement?: string | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
      readonly id: string
      readonly month: MonthInput
    }
    readonly answer: Reconciliation
    readonly row: never
    readonly event: never
  }
  /** Findings on the racks of a hall, as they are drawn */ readonly listRings: {
    readonly input: { readonly hall: string; readonly agreement: string; readonly month: MonthInput }
    readonly answer: ClaimRings
    readonly row: never
    readonly event: never
  }
  /** The lines of final statements that a clause settled, in order of time */ readonly listSettledLines: {
    readonly input: { readonly known?: string | undefined; readonly id: string; readonly clause: string }
    readonly answer: SettledLines
    readonly row: never
    readonly event: never
  }
  /** Agreements to begin from */ readonly listTemplates: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Templates
    readonly row: never
    readonly event: never
  }
  /** What was sent to an endpoint, or is to be, the newest first, a page at a time */ readonly listWebhookMessages: {
    readonly input: { readonly cursor?: string | undefined; readonly limit?: number | undefined; readonly endpoint: string }
    readonly answer: WebhookMessages
    readonly row: never
    readonly event: never
  }
  /** Where a party is told of what happens, and how deliveries go */ readonly listWebhooks: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Webhooks
    readonly row: never
    readonly event: never
  }
  /** Makes a key for a program, that acts as its maker does now; it is shown once */ readonly makeKey: {
    readonly input: { readonly body: NewKeyInput }
    readonly answer: MadeKey
    readonly row: never
    readonly event: never
  }
  /** Picks a cent: one smallest unit of money of all that final statements state, each as likely as any other, and the line it is of */ readonly pickCent: {
    readonly input: { readonly seed?: string | undefined }
    readonly answer: PickedCent
    readonly row: never
    readonly event: never
  }
  /** Draws the statement of a month on what is known now, and puts it before both parties as its next version */ readonly prepareDraft: {
    readonly input: { readonly id: string; readonly month: MonthInput }
    readonly answer: { /** nothing had changed since it was prepared */ readonly again: boolean; readonly draft: StatementDraft }
    readonly row: never
    readonly event: never
  }
  /** Reads a document against what is signed, term by term; nothing is kept */ readonly previewProposal: {
    readonly input: { readonly body: PreviewInput }
    readonly answer: Draft
    readonly row: never
    readonly event: never
  }
  /** Proposes a new agreement for one of its two parties; the other signs it. Without configured login it is loaded at once */ readonly proposeAgreement: {
    readonly input: { readonly body: ProposeInput }
    readonly answer: ProposalRow
    readonly row: never
    readonly event: never
  }
  /** Proposes the next version for one party; the other signs it. Without configured login it is loaded at once */ readonly proposeAmendment: {
    readonly input: { readonly id: string; readonly body: ProposeInput }
    readonly answer: ProposalRow
    readonly row: never
    readonly event: never
  }
  /** Contests a line of a final statement: what of it is in dispute is not payable until it is ruled on; dryRun says what that is */ readonly raiseDispute: {
    readonly input: {
      readonly id: string
      readonly month: MonthInput
      readonly body: {
        /** of the statement that was read */ readonly version: number
        readonly line: number
        /** which input of the line, as in the address: Q.U */ readonly input?: string
        readonly reason: 'quantity' | 'evidence' | 'rate' | 'condition' | 'terms' | 'other'
        /** how much of the line; without amount and quantity all that is left of it */ readonly amount?: string
        /** or what quantity of it: GPU-hours, or what the line counts */ readonly quantity?: string
        /** what the amount of the line should be */ readonly proposed?: string
        readonly text: string
        /** says what it would do, and writes nothing */ readonly dryRun?: boolean
      }
    }
    readonly answer: { readonly dispute: Dispute | null; readonly contested: Contested }
    readonly row: never
    readonly event: never
  }
  /** Entries on an account and those below it, with the running balance, a page at a time */ readonly readAccount: {
    readonly input: {
      readonly from?: string | undefined
      readonly through?: string | undefined
      readonly cursor?: string | undefined
      readonly limit?: number | undefined
      readonly book: string
      readonly account: string
    }
    readonly answer: AccountRegister
    readonly row: never
    readonly event: never
  }
  /** The terms in words beside their data, the ramp, rates, caps and clauses */ readonly readAgreement: {
    readonly input: { readonly known?: string | undefined; readonly id: string }
    readonly answer: Agreement
    readonly row: never
    readonly event: never
  }
  /** One entry, as its hash is taken of, and its link in the chain */ readonly readAuditEntry: {
    readonly input: { readonly entry: number }
    readonly answer: AuditEntryDetail
    readonly row: never
    readonly event: never
  }
  /** One import, with what of it was refused */ readonly readBatch: {
    readonly input: { readonly id: string }
    readonly answer: BatchDetail
    readonly row: never
    readonly event: never
  }
  /** The claim of a month: what is claimed, eligible, rejected and unproven, and what was found */ readonly readClaim: {
    readonly input: { readonly agreement: string; readonly month: MonthInput }
    readonly answer: Claim
    readonly row: never
    readonly event: never
  }
  /** A version as it was signed, byte for byte */ readonly readDocument: {
    readonly input: { readonly id: string; readonly version: number }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** Ratios of a facility through time, against its covenants, with headroom in ratio and in money */ readonly readFacility: {
    readonly input: {
      readonly on?: MonthInput | undefined
      readonly known?: LocalDateInput | undefined
      readonly agreement: string
      readonly clause: string
    }
    readonly answer: FacilityPage
    readonly row: never
    readonly event: never
  }
  /** A factory through a month: its halls by day, and how racks tie to what is settled */ readonly readFactoryMonth: {
    readonly input: { readonly agreement?: string | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: FactoryMonth
    readonly row: never
    readonly event: never
  }
  /** One finding with its evidence: readings with source, id and digest, telemetry by hour, decisions */ readonly readFinding: {
    readonly input: { readonly agreement: string; readonly month: MonthInput; readonly finding: string }
    readonly answer: ClaimFindingDetail
    readonly row: never
    readonly event: never
  }
  /** What every rack of a hall was doing, as runs: a month by hours, a day by quarter hours; or the nodes of one rack */ readonly readHall: {
    readonly input: {
      readonly agreement?: string | undefined
      readonly day?: string | undefined
      readonly rack?: string | undefined
      readonly id: string
      readonly month: MonthInput
      readonly hall: string
    }
    readonly answer: Hall
    readonly row: never
    readonly event: never
  }
  /** One instrument: where it stands, its terms, what is still promised, and for its guarantor the evidence for accounts */ readonly readInstrument: {
    readonly input: {
      readonly on?: MonthInput | undefined
      readonly known?: LocalDateInput | undefined
      readonly agreement: string
      readonly clause: string
    }
    readonly answer: InstrumentPage
    readonly row: never
    readonly event: never
  }
  /** How far a job is */ readonly readJob: {
    readonly input: { readonly id: JobIdInput }
    readonly answer: Job
    readonly row: never
    readonly event: never
  }
  /** One journal: its entries, and the lines of the statement that they come from */ readonly readJournal: {
    readonly input: { readonly journal: string }
    readonly answer: Journal
    readonly row: never
    readonly event: never
  }
  /** One order through a month by the hour, and its bill so far */ readonly readOrder: {
    readonly input: { readonly month?: MonthInput | undefined; readonly pool?: string | undefined; readonly order: string }
    readonly answer: OrderDetail
    readonly row: never
    readonly event: never
  }
  /** The statement of a month, every line with its reasons */ readonly readPeriod: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: Period
    readonly row: never
    readonly event: never
  }
  /** The seven steps of closing a month: what is done, by whom and when, what is left, and what you can do */ readonly readPeriodProgress: {
    readonly input: { readonly id: string; readonly month: MonthInput }
    readonly answer: PeriodProgress
    readonly row: never
    readonly event: never
  }
  /** Exposure, payments and share income of a guarantor over all its agreements, at the end of a month */ readonly readPortfolio: {
    readonly input: {
      readonly on?: MonthInput | undefined
      readonly known?: LocalDateInput | undefined
      readonly guarantor?: string | undefined
    }
    readonly answer: Portfolio
    readonly row: never
    readonly event: never
  }
  /** The uploads that are under way */ readonly readProgress: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: IngestProgress
    readonly row: never
    readonly event: never
  }
  /** A proposal: its document, and every term as a sentence against what is signed */ readonly readProposal: {
    readonly input: { readonly proposal: string }
    readonly answer: Proposal
    readonly row: never
    readonly event: never
  }
  /** What readings say of one rack or node in a stretch of a month: source, id, order, digest */ readonly readRack: {
    readonly input: {
      readonly agreement?: string | undefined
      readonly unit: string
      readonly from?: string | undefined
      readonly to?: string | undefined
      readonly id: string
      readonly month: MonthInput
    }
    readonly answer: RackReadings
    readonly row: never
    readonly event: never
  }
  /** Guarantees, rights and stakes within reach, and how gross falls through time */ readonly readRegister: {
    readonly input: {
      readonly on?: MonthInput | undefined
      readonly known?: LocalDateInput | undefined
      readonly guarantor?: string | undefined
      readonly agreement?: string | undefined
      readonly since?: MonthInput | undefined
    }
    readonly answer: Register
    readonly row: never
    readonly event: never
  }
  /** What the clock of a sandbox is at */ readonly readSandbox: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Sandbox
    readonly row: never
    readonly event: never
  }
  /** Who is signed in, as what they act, and what they may do */ readonly readSession: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Session
    readonly row: never
    readonly event: never
  }
  /** One of them, as a document */ readonly readTemplate: {
    readonly input: { readonly name: string }
    readonly answer: string
    readonly row: never
    readonly event: never
  }
  /** What needs whoever asks, the most pressing first; what is new since they were here; how months went */ readonly readToday: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: Today
    readonly row: never
    readonly event: never
  }
  /** What every account held, moved and holds, by currency; it ties */ readonly readTrialBalance: {
    readonly input: { readonly from?: string | undefined; readonly through?: string | undefined; readonly book: string }
    readonly answer: TrialBalance
    readonly row: never
    readonly event: never
  }
  /** One of them */ readonly readWebhook: {
    readonly input: { readonly endpoint: string }
    readonly answer: Webhook
    readonly row: never
    readonly event: never
  }
  /** One message with every attempt at it */ readonly readWebhookMessage: {
    readonly input: { readonly endpoint: string; readonly message: string }
    readonly answer: WebhookMessageDetail
    readonly row: never
    readonly event: never
  }
  /** Settles the month again from what was known when it was closed, and says whether it is the same, byte for byte; 2 at once */ readonly recomputePeriod: {
    readonly input: { readonly v?: number | undefined; readonly id: string; readonly month: MonthInput }
    readonly answer: Recomputation
    readonly row: never
    readonly event: never
  }
  /** Removes an endpoint: nothing more is sent to it */ readonly removeWebhook: {
    readonly input: { readonly endpoint: string }
    readonly answer: RemovedWebhook
    readonly row: never
    readonly event: never
  }
  /** Sends a version back with a reason: it is prepared anew */ readonly returnDraft: {
    readonly input: {
      readonly id: string
      readonly month: MonthInput
      readonly version: number
      readonly body: { readonly reason: string }
    }
    readonly answer: { readonly draft: StatementDraft; /** both parties have approved it: it is being closed */ readonly approved: boolean }
    readonly row: never
    readonly event: never
  }
  /** Ends a key at once; again changes nothing */ readonly revokeKey: {
    readonly input: { readonly key: string }
    readonly answer: Key
    readonly row: never
    readonly event: never
  }
  /** Makes a new secret; messages are signed by the old one as well for a day */ readonly rotateWebhookSecret: {
    readonly input: { readonly endpoint: string }
    readonly answer: RotatedSecret
    readonly row: never
    readonly event: never
  }
  /** The other party accepts a dispute, a part of it, or rejects it; the next close corrects the line by what is upheld */ readonly ruleOnDispute: {
    readonly input: {
      readonly id: string
      readonly month: MonthInput
      readonly dispute: string
      readonly body: {
        readonly verdict: 'accepted' | 'partly' | 'rejected'
        /** of partly: by how much the line falls */ readonly upheld?: string
        readonly text: string
      }
    }
    readonly answer: Dispute
    readonly row: never
    readonly event: never
  }
  /** Adds a message for both parties to a dispute, or a note for the own party alone */ readonly sayInDispute: {
    readonly input: {
      readonly id: string
      readonly month: MonthInput
      readonly dispute: string
      readonly body: { readonly text: string; /** a note for the own party alone */ readonly internal?: boolean }
    }
    readonly answer: Dispute
    readonly row: never
    readonly event: never
  }
  /** Objects by name, id, pasted hash or amount, of those that the caller may see */ readonly search: {
    readonly input: { readonly q: string }
    readonly answer: Hits
    readonly row: never
    readonly event: never
  }
  /** Sends a message again, whether or not it was delivered: under the same id */ readonly sendWebhookMessageAgain: {
    readonly input: { readonly endpoint: string; readonly message: string }
    readonly answer: SentAgain
    readonly row: never
    readonly event: never
  }
  /** Sends again all that happened since an instant, the oldest first */ readonly sendWebhookMessagesAgain: {
    readonly input: { readonly endpoint: string; readonly body: SendAgainInput }
    readonly answer: SentAgain
    readonly row: never
    readonly event: never
  }
  /** Signs in as one of the made-up people; only where no login is configured */ readonly signInAs: {
    readonly input: { readonly body: SignInAsInput }
    readonly answer: Session
    readonly row: never
    readonly event: never
  }
  /** Ends the session of the cookie; that of the identity provider goes on */ readonly signOut: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: SignedOut
    readonly row: never
    readonly event: never
  }
  /** Puts something that needs the caller off to a date, for them alone; today or earlier shows it again */ readonly snooze: {
    readonly input: { readonly body: { readonly need: string; readonly until: LocalDateInput } }
    readonly answer: Snoozed
    readonly row: never
    readonly event: never
  }
  /** Moves the clock of a sandbox: readings are made up, every month is closed and posted; one run at a time */ readonly startAdvance: {
    readonly input: {
      readonly body: { /** one month, three, twelve, or to the end of every term */ readonly by: 'month' | 'quarter' | 'year' | 'end' }
    }
    readonly answer: Advance
    readonly row: never
    readonly event: never
  }
  /** Lets the clock stop after the month that it is at; one that has stopped stays as it is */ readonly stopAdvance: {
    readonly input: { readonly id: string }
    readonly answer: Advance
    readonly row: never
    readonly event: never
  }
  /** Sends a message of type webhook.test */ readonly testWebhook: {
    readonly input: { readonly endpoint: string }
    readonly answer: TestedWebhook
    readonly row: never
    readonly event: never
  }
  /** Notes that the caller has seen what there is; within an hour it is the same visit */ readonly visit: {
    readonly input: Readonly<Record<string, never>>
    readonly answer: { /** false: within an hour of the visit before */ readonly noted: boolean }
    readonly row: never
    readonly event: never
  }
}

export type OperationName = keyof Operations

/** How every operation is asked for. */
export const operations: Readonly<
  Record<OperationName, Readonly<{ method: string; path: string; query: readonly string[]; sends: string | null; gives: 'json' | 'text' }>>
> = {
  actAs: { method: 'POST', path: '/api/session/acting', query: [], sends: 'application/json', gives: 'json' },
  addPerson: { method: 'POST', path: '/api/people', query: [], sends: 'application/json', gives: 'json' },
  addWebhook: { method: 'POST', path: '/api/webhooks', query: [], sends: 'application/json', gives: 'json' },
  approveDraft: {
    method: 'POST',
    path: '/api/agreements/{id}/periods/{month}/drafts/{version}/approvals',
    query: [],
    sends: 'application/json',
    gives: 'json',
  },
  askWhatIf: { method: 'POST', path: '/api/agreements/{id}/what-ifs', query: [], sends: 'application/json', gives: 'json' },
  cancelJob: { method: 'POST', path: '/api/jobs/{id}/cancel', query: [], sends: null, gives: 'json' },
  changeMembership: { method: 'POST', path: '/api/people/{person}/memberships', query: [], sends: 'application/json', gives: 'json' },
  changeReader: { method: 'POST', path: '/api/readers', query: [], sends: 'application/json', gives: 'json' },
  changeWebhook: { method: 'PATCH', path: '/api/webhooks/{endpoint}', query: [], sends: 'application/json', gives: 'json' },
  checkAuditChain: { method: 'GET', path: '/api/audit/chain', query: ['head'], sends: null, gives: 'json' },
  comparePeriod: {
    method: 'GET',
    path: '/api/agreements/{id}/periods/{month}/comparison',
    query: ['v', 'against', 'all'],
    sends: null,
    gives: 'json',
  },
  decideFinding: {
    method: 'POST',
    path: '/api/claims/{agreement}/{month}/findings/{finding}/decision',
    query: [],
    sends: 'application/json',
    gives: 'json',
  },
  downloadBookBeancount: {
    method: 'GET',
    path: '/api/ledger/{book}/journal.beancount',
    query: ['from', 'through'],
    sends: null,
    gives: 'text',
  },
  downloadBookCsv: { method: 'GET', path: '/api/ledger/{book}/journal.csv', query: ['from', 'through'], sends: null, gives: 'text' },
  downloadBookHledger: {
    method: 'GET',
    path: '/api/ledger/{book}/journal.hledger',
    query: ['from', 'through'],
    sends: null,
    gives: 'text',
  },
  downloadBookLedger: { method: 'GET', path: '/api/ledger/{book}/journal.ledger', query: ['from', 'through'], sends: null, gives: 'text' },
  downloadBookXlsx: { method: 'GET', path: '/api/ledger/{book}/journal.xlsx', query: ['from', 'through'], sends: null, gives: 'text' },
  downloadHallCsv: {
    method: 'GET',
    path: '/api/factories/{id}/months/{month}/halls/{hall}/rows.csv',
    query: ['agreement', 'day', 'rack'],
    sends: null,
    gives: 'text',
  },
  downloadStatementCsv: {
    method: 'GET',
    path: '/api/agreements/{id}/periods/{month}/statement.csv',
    query: ['v'],
    sends: null,
    gives: 'text',
  },
  downloadStatementJson: {
    method: 'GET',
    path: '/api/agreements/{id}/periods/{month}/statement.json',
    query: ['v'],
    sends: null,
    gives: 'json',
  },
  downloadStatementPdf: {
    method: 'GET',
    path: '/api/agreements/{id}/periods/{month}/statement.pdf',
    query: ['v'],
    sends: null,
    gives: 'text',
  },
  downloadStatementXlsx: {
    method: 'GET',
    path: '/api/agreements/{id}/periods/{month}/statement.xlsx',
    query: ['v'],
    sends: null,
    gives: 'text',
  },
  downloadTrialBalance: {
    method: 'GET',
    path: '/api/ledger/{book}/trial-balance.xlsx',
    query: ['from', 'through'],
    sends: null,
    gives: 'text',
  },
  endProposal: { method: 'POST', path: '/api/proposals/{proposal}/decision', query: [], sends: 'application/json', gives: 'json' },
  explainLine: { method: 'GET', path: '/api/agreements/{id}/periods/{month}/lines/{number}', query: ['v'], sends: null, gives: 'json' },
  followJob: { method: 'GET', path: '/api/jobs/{id}/events', query: [], sends: null, gives: 'text' },
  health: { method: 'GET', path: '/api/health', query: [], sends: null, gives: 'json' },
  ingestEvents: {
    method: 'POST',
    path: '/api/ingest/events',
    query: ['mode', 'agreement'],
    sends: 'application/cloudevents+json',
    gives: 'json',
  },
  ingestReadings: {
    method: 'POST',
    path: '/api/ingest/readings',
    query: ['mode', 'agreement', 'file'],
    sends: 'application/x-ndjson',
    gives: 'json',
  },
  ingestRemoteWrite: { method: 'POST', path: '/api/ingest/prometheus', query: ['factory'], sends: 'application/x-protobuf', gives: 'json' },
  listAgreements: { method: 'GET', path: '/api/agreements', query: [], sends: null, gives: 'json' },
  listAmendments: { method: 'GET', path: '/api/agreements/{id}/amendments', query: [], sends: null, gives: 'json' },
  listAudit: {
    method: 'GET',
    path: '/api/audit',
    query: ['subject', 'agreement', 'actor', 'action', 'from', 'to', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listBatches: { method: 'GET', path: '/api/ingest/batches', query: ['cursor', 'limit'], sends: null, gives: 'json' },
  listBooks: { method: 'GET', path: '/api/ledger/books', query: [], sends: null, gives: 'json' },
  listClaims: { method: 'GET', path: '/api/claims', query: [], sends: null, gives: 'json' },
  listDisputes: { method: 'GET', path: '/api/agreements/{id}/periods/{month}/disputes', query: [], sends: null, gives: 'json' },
  listFacilities: { method: 'GET', path: '/api/facilities', query: ['on', 'known'], sends: null, gives: 'json' },
  listFactories: { method: 'GET', path: '/api/factories', query: [], sends: null, gives: 'json' },
  listFactorySources: {
    method: 'GET',
    path: '/api/factories/{id}/months/{month}/sources',
    query: ['agreement'],
    sends: null,
    gives: 'json',
  },
  listFeeds: { method: 'GET', path: '/api/feeds', query: [], sends: null, gives: 'json' },
  listFindings: {
    method: 'GET',
    path: '/api/claims/{agreement}/{month}/findings',
    query: ['kind', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listInstrumentLines: {
    method: 'GET',
    path: '/api/register/{agreement}/{clause}/lines',
    query: ['on', 'known', 'from', 'through', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listJobs: { method: 'GET', path: '/api/jobs', query: ['cursor', 'limit', 'mine'], sends: null, gives: 'json' },
  listJournals: {
    method: 'GET',
    path: '/api/ledger/{book}/journals',
    query: ['from', 'through', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listKeys: { method: 'GET', path: '/api/keys', query: ['cursor', 'limit'], sends: null, gives: 'json' },
  listMadeUpPeople: { method: 'GET', path: '/api/login/people', query: [], sends: null, gives: 'json' },
  listOrders: { method: 'GET', path: '/api/orders', query: ['agreement', 'month', 'cursor', 'limit'], sends: null, gives: 'json' },
  listParties: { method: 'GET', path: '/api/parties', query: [], sends: null, gives: 'json' },
  listPeople: { method: 'GET', path: '/api/people', query: ['cursor', 'limit'], sends: null, gives: 'json' },
  listPeriods: { method: 'GET', path: '/api/agreements/{id}/periods', query: ['known'], sends: null, gives: 'json' },
  listPortfolioLines: {
    method: 'GET',
    path: '/api/portfolio/lines',
    query: ['on', 'known', 'guarantor', 'of', 'agreement', 'currency', 'from', 'through', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listProposals: { method: 'GET', path: '/api/proposals', query: [], sends: null, gives: 'json' },
  listReaders: { method: 'GET', path: '/api/readers', query: ['cursor', 'limit'], sends: null, gives: 'json' },
  listReadings: {
    method: 'GET',
    path: '/api/readings',
    query: ['agreement', 'subject', 'kind', 'from', 'to', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listReconciliation: {
    method: 'GET',
    path: '/api/factories/{id}/months/{month}/reconciliation',
    query: ['agreement', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  listRings: { method: 'GET', path: '/api/claims/{agreement}/{month}/rings', query: ['hall'], sends: null, gives: 'json' },
  listSettledLines: { method: 'GET', path: '/api/agreements/{id}/clauses/{clause}/settled', query: ['known'], sends: null, gives: 'json' },
  listTemplates: { method: 'GET', path: '/api/templates', query: [], sends: null, gives: 'json' },
  listWebhookMessages: { method: 'GET', path: '/api/webhooks/{endpoint}/messages', query: ['cursor', 'limit'], sends: null, gives: 'json' },
  listWebhooks: { method: 'GET', path: '/api/webhooks', query: [], sends: null, gives: 'json' },
  makeKey: { method: 'POST', path: '/api/keys', query: [], sends: 'application/json', gives: 'json' },
  pickCent: { method: 'GET', path: '/api/audit/pick', query: ['seed'], sends: null, gives: 'json' },
  prepareDraft: { method: 'POST', path: '/api/agreements/{id}/periods/{month}/drafts', query: [], sends: null, gives: 'json' },
  previewProposal: { method: 'POST', path: '/api/proposals/preview', query: [], sends: 'application/json', gives: 'json' },
  proposeAgreement: { method: 'POST', path: '/api/agreements', query: [], sends: 'application/json', gives: 'json' },
  proposeAmendment: { method: 'POST', path: '/api/agreements/{id}/amendments', query: [], sends: 'application/json', gives: 'json' },
  raiseDispute: {
    method: 'POST',
    path: '/api/agreements/{id}/periods/{month}/disputes',
    query: [],
    sends: 'application/json',
    gives: 'json',
  },
  readAccount: {
    method: 'GET',
    path: '/api/ledger/{book}/accounts/{account}',
    query: ['from', 'through', 'cursor', 'limit'],
    sends: null,
    gives: 'json',
  },
  readAgreement: { method: 'GET', path: '/api/agreements/{id}', query: ['known'], sends: null, gives: 'json' },
  readAuditEntry: { method: 'GET', path: '/api/audit/{entry}', query: [], sends: null, gives: 'json' },
  readBatch: { method: 'GET', path: '/api/ingest/batches/{id}', query: [], sends: null, gives: 'json' },
  readClaim: { method: 'GET', path: '/api/claims/{agreement}/{month}', query: [], sends: null, gives: 'json' },
  readDocument: { method: 'GET', path: '/api/agreements/{id}/versions/{version}', query: [], sends: null, gives: 'text' },
  readFacility: { method: 'GET', path: '/api/facilities/{agreement}/{clause}', query: ['on', 'known'], sends: null, gives: 'json' },
  readFactoryMonth: { method: 'GET', path: '/api/factories/{id}/months/{month}', query: ['agreement'], sends: null, gives: 'json' },
  readFinding: { method: 'GET', path: '/api/claims/{agreement}/{month}/findings/{finding}', query: [], sends: null, gives: 'json' },
  readHall: {
    method: 'GET',
    path: '/api/factories/{id}/months/{month}/halls/{hall}',
    query: ['agreement', 'day', 'rack'],
    sends: null,
    gives: 'json',
  },
  readInstrument: { method: 'GET', path: '/api/register/{agreement}/{clause}', query: ['on', 'known'], sends: null, gives: 'json' },
  readJob: { method: 'GET', path: '/api/jobs/{id}', query: [], sends: null, gives: 'json' },
  readJournal: { method: 'GET', path: '/api/journals/{journal}', query: [], sends: null, gives: 'json' },
  readOrder: { method: 'GET', path: '/api/orders/{order}', query: ['month', 'pool'], sends: null, gives: 'json' },
  readPeriod: { method: 'GET', path: '/api/agreements/{id}/periods/{month}', query: ['v'], sends: null, gives: 'json' },
  readPeriodProgress: { method: 'GET', path: '/api/agreements/{id}/periods/{month}/progress', query: [], sends: null, gives: 'json' },
  readPortfolio: { method: 'GET', path: '/api/portfolio', query: ['on', 'known', 'guarantor'], sends: null, gives: 'json' },
  readProgress: { method: 'GET', path: '/api/ingest/progress', query: [], sends: null, gives: 'json' },
  readProposal: { method: 'GET', path: '/api/proposals/{proposal}', query: [], sends: null, gives: 'json' },
  readRack: {
    method: 'GET',
    path: '/api/factories/{id}/months/{month}/rack',
    query: ['agreement', 'unit', 'from', 'to'],
    sends: null,
    gives: 'json',
  },
  readRegister: {
    method: 'GET',
    path: '/api/register',
    query: ['on', 'known', 'guarantor', 'agreement', 'since'],
    sends: null,
    gives: 'json',
  },
  readSandbox: { method: 'GET', path: '/api/sandbox', query: [], sends: null, gives: 'json' },
  readSession: { method: 'GET', path: '/api/session', query: [], sends: null, gives: 'json' },
  readTemplate: { method: 'GET', path: '/api/templates/{name}', query: [], sends: null, gives: 'text' },
  readToday: { method: 'GET', path: '/api/today', query: [], sends: null, gives: 'json' },
  readTrialBalance: { method: 'GET', path: '/api/ledger/{book}/trial-balance', query: ['from', 'through'], sends: null, gives: 'json' },
  readWebhook: { method: 'GET', path: '/api/webhooks/{endpoint}', query: [], sends: null, gives: 'json' },
  readWebhookMessage: { method: 'GET', path: '/api/webhooks/{endpoint}/messages/{message}', query: [], sends: null, gives: 'json' },
  recomputePeriod: { method: 'GET', path: '/api/agreements/{id}/periods/{month}/recomputation', query: ['v'], sends: null, gives: 'json' },
  removeWebhook: { method: 'DELETE', path: '/api/webhooks/{endpoint}', query: [], sends: null, gives: 'json' },
  returnDraft: {
    method: 'POST',
    path: '/api/agreements/{id}/periods/{month}/drafts/{version}/returns',
    query: [],
    sends: 'application/json',
    gives: 'json',
  },
  revokeKey: { method: 'POST', path: '/api/keys/{key}/revoke', query: [], sends: null, gives: 'json' },
  rotateWebhookSecret: { method: 'POST', path: '/api/webhooks/{endpoint}/secret', query: [], sends: null, gives: 'json' },
  ruleOnDispute: {
    method: 'POST',
    path: '/api/agreements/{id}/periods/{month}/disputes/{dispute}/ruling',
    query: [],
    sends: 'application/json',
    gives: 'json',
  },
  sayInDispute: {
    method: 'POST',
    path: '/api/agreements/{id}/periods/{month}/disputes/{dispute}/messages',
    query: [],
    sends: 'application/json',
    gives: 'json',
  },
  search: { method: 'GET', path: '/api/search', query: ['q'], sends: null, gives: 'json' },
  sendWebhookMessageAgain: {
    method: 'POST',
    path: '/api/webhooks/{endpoint}/messages/{message}/again',
    query: [],
    sends: null,
    gives: 'json',
  },
  sendWebhookMessagesAgain: { method: 'POST', path: '/api/webhooks/{endpoint}/again', query: [], sends: 'application/json', gives: 'json' },
  signInAs: { method: 'POST', path: '/api/login/as', query: [], sends: 'application/json', gives: 'json' },
  signOut: { method: 'POST', path: '/api/logout', query: [], sends: null, gives: 'json' },
  snooze: { method: 'POST', path: '/api/today/snoozes', query: [], sends: 'application/json', gives: 'json' },
  startAdvance: { method: 'POST', path: '/api/sandbox/advances', query: [], sends: 'application/json', gives: 'json' },
  stopAdvance: { method: 'POST', path: '/api/sandbox/advances/{id}/stop', query: [], sends: null, gives: 'json' },
  testWebhook: { method: 'POST', path: '/api/webhooks/{endpoint}/test', query: [], sends: null, gives: 'json' },
  visit: { method: 'POST', path: '/api/today/visits', query: [], sends: null, gives: 'json' },
}

export const documentVersion = '2026-11-29'
