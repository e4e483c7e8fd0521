-- Claims of a month, held against their evidence: each run as it was, with its findings; and what was decided about them.
create table claim_run (
  run text collate "C" primary key,
  agreement text collate "C" not null,
  month text collate "C" not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
  -- Effective time: the month, half-open, in seconds since the epoch.
  starts_at bigint not null,
  ends_at bigint not null check (ends_at > starts_at),
  -- Sums of blocks and of what lies beside, and what cannot be located.
  summary jsonb not null,
  findings integer not null check (findings >= 0),
  actor text not null,
  -- The order in which runs were made: two may be made in one second.
  entry bigint generated always as identity,
  recorded_at timestamptz not null
);
call make_append_only('claim_run');
create index claim_run_month on claim_run (agreement, month, entry);

create table claim_finding (
  run text collate "C" not null references claim_run,
  position integer not null check (position > 0),
  -- The hash of what it says: the same in every run that finds the same.
  finding text collate "C" not null,
  kind text collate "C" not null,
  verdict text collate "C" not null check (verdict in ('rejected', 'unproven', 'beside')),
  subject text collate "C" not null,
  unit text,
  rack text,
  starts_at bigint not null,
  ends_at bigint not null check (ends_at > starts_at),
  gpu_seconds bigint not null check (gpu_seconds > 0),
  -- In the currency's minor unit; null where no price is in force.
  minor numeric,
  currency text collate "C" not null,
  text text not null,
  evidence jsonb not null,
  pieces jsonb not null,
  primary key (run, position),
  unique (run, finding)
);
call make_append_only('claim_finding');

-- The hours of a rack by state, as runs of hours that are alike.
create table claim_rack (
  run text collate "C" not null references claim_run,
  rack text not null,
  block text collate "C" not null,
  gpus integer not null,
  hours jsonb not null,
  primary key (run, rack)
);
call make_append_only('claim_rack');

create table claim_decision (
  agreement text collate "C" not null,
  month text collate "C" not null,
  finding text collate "C" not null,
  -- From 1: the latest counts.
  number integer not null check (number > 0),
  run text collate "C" not null references claim_run,
  decision text collate "C" not null check (decision in ('confirm', 'restore', 'ask')),
  reason text not null,
  actor text not null,
  -- The readings that it made or took back, by id, of the source claims-<agreement>; and GPU-seconds of them.
  readings jsonb not null,
  gpu_seconds bigint not null check (gpu_seconds >= 0),
  recorded_at timestamptz not null,
  primary key (agreement, month, finding, number)
);
call make_append_only('claim_decision');

grant select on claim_run, claim_finding, claim_rack, claim_decision to offtake_app;
grant select, insert on claim_run, claim_finding, claim_rack, claim_decision to offtake_system;

do $$
declare target text;
begin
  foreach target in array array['claim_run', 'claim_finding', 'claim_rack', 'claim_decision'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
  end loop;
end $$;
create policy own_rows on claim_run to offtake_app
  using (exists (select from agreement_party p where p.agreement = claim_run.agreement and p.party = own_party()));
create policy own_rows on claim_decision to offtake_app
  using (exists (select from agreement_party p where p.agreement = claim_decision.agreement and p.party = own_party()));
create policy own_rows on claim_finding to offtake_app
  using (exists (select from claim_run r where r.run = claim_finding.run));
create policy own_rows on claim_rack to offtake_app
  using (exists (select from claim_run r where r.run = claim_rack.run));
