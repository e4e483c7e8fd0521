-- A month is closed by two parties: what was prepared, who approved it, who sent it back, and what came in between.
create table statement_draft (
  agreement text collate "C" not null,
  month text collate "C" not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
  -- From 1: the latest counts. A final statement takes the number after it, so that a number means one document for ever.
  version integer not null check (version > 0),
  id text collate "C" not null unique,
  -- As RFC 8785 has it; `hash` is SHA-256 of this.
  document text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  facts_hash text not null check (facts_hash ~ '^[0-9a-f]{64}$'),
  totals jsonb not null,
  -- At the currency's minor unit: what whoever approves it types.
  net text not null check (net ~ '^[0-9]+(\.[0-9]+)?$'),
  -- What was known of sources, differences and claims when it was prepared.
  checks jsonb not null,
  actor text not null,
  actor_name text not null,
  recorded_at timestamptz not null,
  primary key (agreement, month, version)
);
call make_append_only('statement_draft');

create table statement_approval (
  agreement text collate "C" not null,
  month text collate "C" not null,
  version integer not null,
  side text collate "C" not null check (side in ('operator', 'guarantor')),
  party text collate "C" not null,
  actor text not null,
  actor_name text not null,
  -- As it was typed, and of which document.
  net text not null,
  hash text not null,
  recorded_at timestamptz not null,
  primary key (agreement, month, version, side),
  -- Nobody approves for both sides.
  unique (agreement, month, version, actor),
  foreign key (agreement, month, version) references statement_draft
);
call make_append_only('statement_approval');

-- What the application refuses in words, this refuses whoever writes.
create function check_approval() returns trigger language plpgsql as $$
declare draft statement_draft;
begin
  select d.* into draft from statement_draft d
   where d.agreement = new.agreement and d.month = new.month and d.version = new.version;
  if draft.actor is null or draft.actor = new.actor then
    raise exception 'nobody approves what they prepared' using errcode = 'check_violation';
  end if;
  if new.net <> draft.net or new.hash <> draft.hash then
    raise exception 'an approval is of a net and a document' using errcode = 'check_violation';
  end if;
  if new.side = 'guarantor' and not exists (
    select from statement_approval a
     where a.agreement = new.agreement and a.month = new.month and a.version = new.version and a.side = 'operator') then
    raise exception 'the operator approves first' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger check_approval before insert on statement_approval for each row execute function check_approval();

create table statement_return (
  agreement text collate "C" not null,
  month text collate "C" not null,
  version integer not null,
  side text collate "C" not null check (side in ('operator', 'guarantor')),
  party text collate "C" not null,
  actor text not null,
  actor_name text not null,
  reason text not null check (reason <> ''),
  recorded_at timestamptz not null,
  primary key (agreement, month, version),
  foreign key (agreement, month, version) references statement_draft
);
call make_append_only('statement_return');

-- Both approved it, and it was not closed: what is known had changed by then.
create table statement_overtaken (
  agreement text collate "C" not null,
  month text collate "C" not null,
  version integer not null,
  readings integer not null check (readings >= 0),
  -- What changed, in sentences.
  reasons jsonb not null,
  recorded_at timestamptz not null,
  primary key (agreement, month, version),
  foreign key (agreement, month, version) references statement_draft
);
call make_append_only('statement_overtaken');

-- A line of a final statement that a party contests, beside the reading that holds it out of the net.
create table dispute (
  dispute text collate "C" primary key,
  agreement text collate "C" not null,
  month text collate "C" not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
  version integer not null check (version > 0),
  line integer not null check (line > 0),
  line_key text not null,
  -- Which input of the line, as the address of a reason has it; null: the line.
  input text,
  party text collate "C" not null,
  reason text collate "C" not null,
  -- In the unit of the line; null where an amount was disputed.
  quantity text,
  amount text not null,
  proposed text,
  text text not null,
  actor text not null,
  actor_name text not null,
  recorded_at timestamptz not null
);
call make_append_only('dispute');
create index dispute_month on dispute (agreement, month, recorded_at, dispute);

create table dispute_message (
  dispute text collate "C" not null references dispute,
  number integer not null check (number > 0),
  party text collate "C" not null,
  -- For the own party alone.
  internal boolean not null,
  text text not null check (text <> ''),
  actor text not null,
  actor_name text not null,
  recorded_at timestamptz not null,
  primary key (dispute, number)
);
call make_append_only('dispute_message');

create table dispute_ruling (
  dispute text collate "C" primary key references dispute,
  party text collate "C" not null,
  verdict text collate "C" not null check (verdict in ('accepted', 'partly', 'rejected')),
  upheld text not null,
  text text not null,
  actor text not null,
  actor_name text not null,
  recorded_at timestamptz not null
);
call make_append_only('dispute_ruling');

do $$
declare target text;
begin
  foreach target in array array['statement_draft', 'statement_approval', 'statement_return', 'statement_overtaken',
                                'dispute', 'dispute_message', 'dispute_ruling'] loop
    execute format('grant select on %I to offtake_app', target);
    execute format('grant select, insert on %I to offtake_system', target);
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
  end loop;
  foreach target in array array['statement_draft', 'statement_approval', 'statement_return', 'statement_overtaken', 'dispute'] loop
    execute format('create policy own_rows on %I to offtake_app using (agreement in (select own_agreements()))', target);
  end loop;
end $$;
-- What a party notes for itself the other side does not see.
create policy own_rows on dispute_message to offtake_app
  using (dispute in (select d.dispute from dispute d) and (not internal or party = own_party()));
create policy own_rows on dispute_ruling to offtake_app using (dispute in (select d.dispute from dispute d));
