-- What each person has seen and put off. Nobody's business but theirs: no party reads it.

-- Up to which entry of the audit log a person has seen. Entries are counted, not times: the clock of a sandbox or of a demonstration stands still.
create table visit (
  person text collate "C" not null,
  seen bigint not null,
  -- The latest import that was there: disputes come as readings.
  batch bigint not null,
  -- By the clock of the world: how long ago somebody looked is the same in a sandbox.
  recorded_at timestamptz not null default now(),
  primary key (person, recorded_at)
);
call make_append_only('visit');

-- Something that needs a person, put off to a local date; the latest row of a need counts.
create table snooze (
  entry bigint generated always as identity primary key,
  person text collate "C" not null,
  need text collate "C" not null,
  until date not null,
  recorded_at timestamptz not null default now()
);
call make_append_only('snooze');
create index snooze_person on snooze (person, need, entry);

-- With which tenants are named to those who may not know their names: made here, and never told.
create table pseudonym_key (only_one boolean primary key default true check (only_one), key text not null);
insert into pseudonym_key (key) values (replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
call make_append_only('pseudonym_key');

-- Every amount that a statement says, to be found by: 0 for its net, 1 and 2 for what guarantor and operator pay, then its lines from 11 on.
create table stated_amount (
  agreement text collate "C" not null,
  month text collate "C" not null,
  version integer not null,
  place integer not null,
  amount text collate "C" not null,
  primary key (agreement, month, version, place)
);
call make_append_only('stated_amount');
-- Equality of texts is leakproof, so that the planner may use this below the policy, too.
create index stated_amount_amount on stated_amount (amount);

create function note_amounts(of_agreement text, of_month text, of_version integer, head jsonb, told jsonb) returns void language sql as $$
  insert into stated_amount (agreement, month, version, place, amount)
  select of_agreement, of_month, of_version, place, amount from (
    select 0 as place, head -> 'totals' -> 'net' ->> 'amount' as amount
    union all select 1, head -> 'totals' ->> 'guarantorPays'
    union all select 2, head -> 'totals' ->> 'operatorPays'
    union all select 10 + (line ->> 'number')::integer, ltrim(line ->> 'amount', '-')
      from jsonb_array_elements(coalesce(nullif(told -> 'lines', 'null'::jsonb), '[]'::jsonb)) as lines (line)
  ) as stated where amount is not null and amount !~ '^-?0(\.0*)?$'
$$;
create function note_stated() returns trigger language plpgsql as $$
begin
  perform note_amounts(new.agreement, new.month, new.version, new.head, new.told);
  return null;
end $$;
create trigger stated after insert on statement for each row execute function note_stated();

-- A hash is pasted whole or by its beginning.
create index statement_hash on statement (hash collate "C");
create index agreement_version_hash on agreement_version (hash collate "C");
-- Orders: what was kept for them and what they were charged are few beside the jobs that ran.
create index reading_kept on reading (order_id, starts_at) where kind = 'reservation';
create index reading_charged on reading (order_id, starts_at) where kind = 'charge' and order_id is not null;

-- Somebody asked the clock of a sandbox to move, up to and with a month; and asked it to stop; and how it ended.
create table advance_run (
  run text collate "C" primary key,
  through text collate "C" not null check (through ~ '^[0-9]{4}-[0-9]{2}$'),
  person text collate "C" not null,
  asked text not null,
  recorded_at timestamptz not null default now()
);
create table advance_stop (
  run text collate "C" primary key references advance_run,
  recorded_at timestamptz not null default now()
);
create table advance_end (
  run text collate "C" primary key references advance_run,
  outcome text collate "C" not null check (outcome in ('done', 'stopped', 'refused')),
  message text not null,
  recorded_at timestamptz not null default now()
);

do $$
declare target text;
begin
  foreach target in array array['advance_run', 'advance_stop', 'advance_end'] loop
    execute format('call make_append_only(%L)', target);
  end loop;
  foreach target in array array['visit', 'snooze', 'pseudonym_key', 'stated_amount', 'advance_run', 'advance_stop', 'advance_end'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
    execute format('grant select, insert on %I to offtake_system', target);
  end loop;
end $$;
revoke insert on pseudonym_key from offtake_system;
grant select on stated_amount to offtake_app;
create policy own_rows on stated_amount to offtake_app using (agreement in (select own_agreements()));

-- What was stated before this migration.
set local role offtake_system;
select note_amounts(agreement, month, version, head, told) from statement;
set local role none;
