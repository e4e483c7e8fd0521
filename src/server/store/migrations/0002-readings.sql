-- What was measured and charged. Instants are whole seconds since 1970-01-01T00:00:00Z, as the core has them.

create table import_batch (
  batch bigint primary key,
  -- The caller's: the same key again is answered from this row, or refused when its content differs.
  key text collate "C" not null unique,
  mode text not null check (mode in ('all-or-nothing', 'keep-the-good')),
  file text not null,
  -- SHA-256 over the digests of its readings and its refusals, in the order of the file.
  content_hash text not null,
  accepted bigint not null check (accepted >= 0),
  repeats bigint not null check (repeats >= 0),
  refused bigint not null check (refused >= 0),
  late bigint not null check (late >= 0),
  -- The first of them; `refused` counts all.
  refusals jsonb not null,
  recorded_at timestamptz not null
);
call make_append_only('import_batch');

create sequence import_batch_number;

create table reading (
  -- No foreign key: it would be checked once per row. The row of import_batch is written by the same transaction.
  batch bigint not null,
  recorded_at bigint not null,
  -- Effective time, half-open; an instant is an empty interval. Null where it is that of the reading it speaks of: a credit, a withdrawal.
  starts_at bigint,
  ends_at bigint,
  gpus integer,
  revision integer not null default 0,
  kind text collate "C" not null,
  source text collate "C" not null,
  id text collate "C" not null,
  pool text collate "C",
  block text collate "C",
  -- Set where neither pool nor block is, and a clause is: a condition.
  agreement text collate "C",
  order_id text collate "C",
  tenant text collate "C",
  unit text collate "C",
  product text collate "C",
  replaces text collate "C",
  -- The first month, already final when this came, that it would have changed. It changes nothing until corrections settle it.
  late_month text collate "C",
  -- What only rare kinds have.
  body jsonb,
  -- SHA-256 of its content: all of it but recorded_at.
  digest bytea not null,
  primary key (source, id)
);
call make_append_only('reading');

-- Readings come nearly in order of time, so a summary of each stretch of pages finds a month, and costs an import next to nothing.
create index reading_time on reading using brin (starts_at, ends_at) with (pages_per_range = 32);
create index reading_replaces on reading (source, replaces) where replaces is not null;
create index reading_late on reading (late_month) where late_month is not null;
create index reading_rare on reading (kind, starts_at) where kind not in ('allocation', 'reservation', 'outage', 'maintenance', 'curtailment');
