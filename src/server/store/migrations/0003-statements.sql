-- What is owed, and what was posted.

create table statement (
  id text collate "C" primary key,
  agreement text collate "C" not null,
  month text collate "C" not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
  version integer not null check (version > 0),
  status text not null check (status in ('final', 'corrected')),
  -- Effective time: the month, half-open, in seconds since the epoch.
  starts_at bigint not null,
  ends_at bigint not null check (ends_at > starts_at),
  -- Canonical JSON (RFC 8785), complete in itself; `hash` is its SHA-256.
  document text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  facts_hash text not null check (facts_hash ~ '^[0-9a-f]{64}$'),
  -- What the next month begins from.
  closing jsonb not null,
  recorded_at timestamptz not null,
  unique (agreement, month, version)
);
call make_append_only('statement');

create table journal (
  id text collate "C" primary key,
  -- Whose book.
  book text collate "C" not null,
  statement text collate "C" not null references statement,
  -- What is posted, and which step of posting it is: once in each book.
  agreement text collate "C" not null,
  month text collate "C" not null,
  statement_version integer not null,
  step text collate "C" not null,
  -- Effective: the local date it is booked on, in the agreement's zone.
  posted_on date not null,
  narration text not null,
  -- How many entries it has, so that none can be added later.
  entries integer not null check (entries >= 2),
  recorded_at timestamptz not null,
  unique (book, agreement, month, statement_version, step)
);
call make_append_only('journal');

create table entry (
  journal text collate "C" not null references journal,
  position integer not null check (position > 0),
  account text collate "C" not null,
  -- Debits positive, credits negative, in major units at the minor unit of the currency.
  amount numeric not null check (amount <> 0),
  currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
  -- Key of the statement line it comes from.
  line text,
  text text not null,
  primary key (journal, position)
);
call make_append_only('entry');

-- Checked at commit, when all entries are there: a journal has the entries it says and sums to zero in every currency.
create function assert_balanced() returns trigger language plpgsql as $$
declare
  name text := case tg_table_name when 'journal' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'journal' end;
  wanted integer := (select entries from journal where id = name);
  held integer := (select count(*) from entry where entry.journal = name);
  off text := (select string_agg(sum_of || ' ' || currency, ', ') from
    (select sum(amount) as sum_of, currency from entry where entry.journal = name group by currency having sum(amount) <> 0) as sums);
begin
  if held <> wanted then
    raise exception 'journal % has % entries, not the % it says', name, held, wanted using errcode = 'check_violation';
  end if;
  if off is not null then
    raise exception 'journal % does not balance: %', name, off using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger balanced after insert on journal deferrable initially deferred for each row execute function assert_balanced();
create constraint trigger balanced after insert on entry deferrable initially deferred for each row execute function assert_balanced();

-- How far long work has come; the one table that is edited, and nothing rests on it.
create table progress (
  work text collate "C" primary key,
  done bigint not null,
  message text not null,
  changed_at timestamptz not null default now()
);
