-- Who may see what of an agreement, beyond its parties: given and taken back, never edited; the latest row of a party counts.
create table agreement_reader (
  entry bigint generated always as identity primary key,
  agreement text collate "C" not null,
  party text collate "C" not null,
  role text collate "C" not null check (role in ('lender', 'auditor')),
  given boolean not null,
  actor text not null,
  recorded_at timestamptz not null
);
call make_append_only('agreement_reader');
create index agreement_reader_party on agreement_reader (party, agreement, entry);

grant select on agreement_reader, pool, block, clause, reading, audit_log, import_batch to offtake_app;
grant select, insert on agreement_reader to offtake_system;

-- From where, as what and for whom; and what was so before, and after.
alter table audit_log
  add column actor_name text,
  add column party text collate "C",
  add column role text collate "C",
  add column origin text,
  add column agreement text collate "C",
  add column request text,
  add column before jsonb,
  add column after jsonb;
create index audit_log_subject on audit_log (subject, entry);
create index audit_log_agreement on audit_log (agreement, entry) where agreement is not null;
create index audit_log_party on audit_log (party, entry) where party is not null;

-- Who brought it; null for whoever owns this database.
alter table import_batch add column party text collate "C";

-- Which party a source of readings is of: whoever brought its first reading over HTTP. Without a row it is of who owns this database.
create table reading_source (
  source text collate "C" primary key,
  party text collate "C" not null,
  recorded_at timestamptz not null
);
call make_append_only('reading_source');
grant select, insert on reading_source to offtake_system;

do $$
declare target text;
begin
  foreach target in array array['agreement_reader', 'pool', 'block', 'clause', 'audit_log', 'import_batch'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
  end loop;
end $$;

create policy own_rows on agreement_reader to offtake_app using (party = own_party());

-- The agreements that the party at the door may see: those it is a party to, but for tenants, who see their own orders alone; and those that it was
-- given to read.
create function own_agreements() returns setof text language sql stable as $$
  select agreement from agreement_party where party = own_party() and role <> 'tenant'
  union
  select agreement from (select distinct on (agreement) agreement, given from agreement_reader
                          where party = own_party() order by agreement, entry desc) as latest where given
$$;

create policy own_rows on pool to offtake_app using (agreement in (select own_agreements()));
create policy own_rows on block to offtake_app using (agreement in (select own_agreements()));
create policy own_rows on clause to offtake_app using (agreement in (select own_agreements()));
drop policy own_rows on agreement_version;
create policy own_rows on agreement_version to offtake_app using (agreement in (select own_agreements()));
drop policy own_rows on statement;
create policy own_rows on statement to offtake_app using (agreement in (select own_agreements()));
drop policy own_rows on claim_run;
create policy own_rows on claim_run to offtake_app using (agreement in (select own_agreements()));
drop policy own_rows on claim_decision;
create policy own_rows on claim_decision to offtake_app using (agreement in (select own_agreements()));
create policy own_rows on import_batch to offtake_app using (party = own_party());
create policy own_rows on audit_log to offtake_app using (party = own_party() or agreement in (select own_agreements()));

-- What is said of another reading belongs to whom that belongs to. A policy may not ask its own table, so this asks as who sees all.
create function speaks_of_own(of_source text, of_id text) returns boolean language sql stable security definer as $$
  select exists (
    select from reading r
     where r.source = of_source and r.id = of_id
       and (r.tenant = own_party()
         or r.agreement in (select own_agreements())
         or r.pool in (select p.pool from pool p where p.agreement in (select own_agreements()))
         or r.block in (select b.block from block b where b.agreement in (select own_agreements()))))
$$;
do $$ begin
  execute format('alter function speaks_of_own(text, text) set search_path = %I', current_schema());
  execute format('grant create on schema %I to offtake_system', current_schema());
  alter function speaks_of_own(text, text) owner to offtake_system;
  -- COPY refuses a table whose rows its role may not all see, whatever the policies say: so who brings readings owns them, and nobody is forced.
  -- Whoever owned the table before sees nothing without taking on that role.
  alter table reading owner to offtake_system;
  revoke update, delete, truncate on reading from offtake_system;
  alter table reading enable row level security;
  execute format('revoke create on schema %I from offtake_system', current_schema());
end $$;
create policy own_rows on reading to offtake_app using (
  tenant = own_party()
  or agreement in (select own_agreements())
  or pool in (select p.pool from pool p)
  or block in (select b.block from block b)
  -- Rates of exchange and indices are everybody's.
  or kind in ('fx', 'index')
  or (kind in ('credit', 'refund', 'withdrawal') and speaks_of_own(source, coalesce(body ->> 'reduces', replaces)))
);
