-- Terms that one party proposes and the other signs: the next version of an agreement, or the first of a new one.
create table proposal (
  id text collate "C" primary key,
  agreement text collate "C" not null,
  version integer not null check (version > 0),
  -- Who has to agree: the two that the document names.
  guarantor text collate "C" not null,
  operator text collate "C" not null check (operator <> guarantor),
  -- For whom it was proposed, who thereby signs it; null: by whoever owns this database.
  party text collate "C" check (party in (guarantor, operator)),
  -- As written, byte for byte, and the hash that the version will have.
  document text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  note text not null,
  actor text not null,
  actor_name text not null,
  recorded_at timestamptz not null
);
call make_append_only('proposal');
create index proposal_agreement on proposal (agreement, recorded_at);

-- How it ended, once: signed by the other party and loaded; declined by it; withdrawn by who proposed it; loaded by who owns this database.
create table proposal_end (
  proposal text collate "C" primary key references proposal,
  act text not null check (act in ('sign', 'decline', 'withdraw', 'load')),
  party text collate "C",
  reason text not null,
  actor text not null,
  actor_name text not null,
  recorded_at timestamptz not null,
  check ((act = 'load') = (party is null))
);
call make_append_only('proposal_end');

-- Nobody signs for both parties, whatever they act as.
create function refuse_own_signature() returns trigger language plpgsql as $$
begin
  if exists (select from proposal p where p.id = new.proposal and new.act = 'sign' and (p.party = new.party or p.actor = new.actor)) then
    raise exception 'a proposal is signed by another person, for the other party' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger other_signature before insert on proposal_end for each row execute function refuse_own_signature();

grant select on proposal, proposal_end to offtake_app;
grant select, insert on proposal, proposal_end to offtake_system;

do $$
declare target text;
begin
  foreach target in array array['proposal', 'proposal_end'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
  end loop;
end $$;
-- What is being negotiated is for the two that negotiate, not for all who may read the agreement.
create policy own_rows on proposal to offtake_app using (own_party() in (guarantor, operator));
create policy own_rows on proposal_end to offtake_app using (proposal in (select p.id from proposal p));
