import type { ColumnType, Generated } from 'kysely'

type RecordedAt = ColumnType<Date, string, never>
type Words = ColumnType<string[] | null, string[] | null, never>

/** The tables of `0015-hooks.sql`. */
export type WebhookTables = {
  webhook_endpoint: { endpoint: string; party: string; actor: string; recorded_at: RecordedAt }
  webhook_setting: {
    entry: Generated<bigint>
    endpoint: string
    party: string
    url: string
    events: Words
    agreements: Words
    description: string
    state: 'on' | 'off' | 'removed'
    reason: string | null
    actor: string
    recorded_at: RecordedAt
  }
  webhook_secret: { entry: Generated<bigint>; endpoint: string; secret: string; made_at: RecordedAt }
  webhook_message: {
    entry: Generated<bigint>
    message: string
    endpoint: string
    party: string
    agreement: string | null
    type: string
    body: string
    recorded_at: RecordedAt
    written_at: Generated<Date>
  }
  webhook_round: {
    message: string
    round: number
    endpoint: string
    party: string
    actor: string
    recorded_at: RecordedAt
    written_at: Generated<Date>
  }
  webhook_attempt: {
    entry: Generated<bigint>
    message: string
    endpoint: string
    party: string
    round: number
    number: number
    started_at: RecordedAt
    ms: number
    status: number | null
    answer: string | null
    outcome: 'delivered' | 'failed' | 'gone'
    reason: string | null
    again_at: ColumnType<Date | null, string | null, never>
  }
}
