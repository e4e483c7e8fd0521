-- Two roles own nothing. offtake_app is a party at the door: it reads its own rows and writes none. offtake_system settles: it reads and appends.
-- Roles belong to the cluster, not the database: many databases may race here.
do $$ begin
  create role offtake_app nologin;
exception when duplicate_object or unique_violation then null; end $$;
do $$ begin
  create role offtake_system nologin;
exception when duplicate_object or unique_violation then null; end $$;
-- Whoever migrates works under both. A superuser may anyway; who may not grant was granted it by whoever made the roles.
do $$ begin
  execute format('grant offtake_app, offtake_system to %I', current_user);
exception when insufficient_privilege or invalid_grant_operation or unique_violation then null; end $$;

do $$ begin execute format('grant usage on schema %I to offtake_app, offtake_system', current_schema()); end $$;
grant select on agreement_version, agreement_party, statement, journal, entry to offtake_app;
grant select, insert on agreement_version, agreement_party, pool, block, clause, audit_log, import_batch, reading, statement, journal, entry
  to offtake_system;
grant usage on sequence import_batch_number to offtake_system;
grant select, insert, update, delete on progress to offtake_system;

-- Unset means no rows, never all rows: missing_ok makes it null, and after a SET LOCAL it is ''.
create function own_party() returns text language sql stable as $$ select nullif(current_setting('offtake.party', true), '') $$;

do $$
declare target text;
begin
  foreach target in array array['agreement_version', 'agreement_party', 'statement', 'journal', 'entry'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    -- By name, not by membership: whoever may take on the role sees all only after taking it on.
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
  end loop;
end $$;

create policy own_rows on agreement_party to offtake_app using (party = own_party());
create policy own_rows on agreement_version to offtake_app
  using (exists (select from agreement_party p where p.agreement = agreement_version.agreement and p.party = own_party()));
create policy own_rows on statement to offtake_app
  using (exists (select from agreement_party p where p.agreement = statement.agreement and p.party = own_party()));
-- A book is its party's alone: not even the other side of the agreement reads it.
create policy own_rows on journal to offtake_app using (book = own_party());
create policy own_rows on entry to offtake_app
  using (exists (select from journal j where j.id = entry.journal and j.book = own_party()));
