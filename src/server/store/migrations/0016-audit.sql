-- The audit log as a chain: every entry is sealed with the hash of the one before it, so that none can be altered, taken out or moved unnoticed.

-- An entry as its hash is taken of: canonical JSON (RFC 8785). Every member but the number is text or null, and `before`, `after` and `detail` are the
-- text of their JSON: so that this is canonical however numbers are written.
create function audit_content(deed audit_log) returns text language sql stable as $$
  select '{"action":' || to_json(deed.action)::text
    || ',"actor":' || to_json(deed.actor)::text
    || ',"actorName":' || coalesce(to_json(deed.actor_name)::text, 'null')
    || ',"after":' || coalesce(to_json(deed.after::text)::text, 'null')
    || ',"agreement":' || coalesce(to_json(deed.agreement)::text, 'null')
    || ',"at":' || to_json(to_char(deed.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
    || ',"before":' || coalesce(to_json(deed.before::text)::text, 'null')
    || ',"detail":' || to_json(deed.detail::text)::text
    || ',"entry":' || deed.entry
    || ',"origin":' || coalesce(to_json(deed.origin)::text, 'null')
    || ',"party":' || coalesce(to_json(deed.party)::text, 'null')
    || ',"request":' || coalesce(to_json(deed.request)::text, 'null')
    || ',"role":' || coalesce(to_json(deed.role)::text, 'null')
    || ',"subject":' || to_json(deed.subject)::text || '}'
$$;

-- Beside the log and not in it: places are given in the order of commits, and an entry is written before it is known which that is.
create table audit_chain (
  position bigint primary key check (position > 0),
  entry bigint not null unique,
  -- SHA-256 of what `audit_content` makes of the entry.
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  previous text check (previous ~ '^[0-9a-f]{64}$'),
  -- SHA-256 of {"digest":…,"entry":…,"position":…,"previous":…,"sealedAt":…}.
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  -- By the clock of this database, whatever whoever acted took the time to be; null for entries from before there was a chain.
  sealed_at timestamptz,
  check ((position = 1) = (previous is null))
);
call make_append_only('audit_chain');
grant select, insert on audit_chain to offtake_system;
grant select on audit_chain to offtake_app;
alter table audit_chain enable row level security;
alter table audit_chain force row level security;
create policy system_rows on audit_chain to offtake_system using (current_user = 'offtake_system');
create policy own_rows on audit_chain to offtake_app using (exists (select from audit_log l where l.entry = audit_chain.entry));

create function seal_deed(deed audit_log, sealed_at timestamptz) returns void language plpgsql as $$
declare
  last audit_chain%rowtype;
  content_digest text := encode(sha256(convert_to(audit_content(deed), 'UTF8')), 'hex');
  place bigint;
  link text;
begin
  select * into last from audit_chain order by position desc limit 1;
  place := coalesce(last.position, 0) + 1;
  link := '{"digest":"' || content_digest || '","entry":' || deed.entry || ',"position":' || place
    || ',"previous":' || coalesce('"' || last.hash || '"', 'null')
    || ',"sealedAt":' || coalesce('"' || to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"', 'null') || '}';
  insert into audit_chain (position, entry, digest, previous, hash, sealed_at)
  values (place, deed.entry, content_digest, last.hash, encode(sha256(convert_to(link, 'UTF8')), 'hex'), sealed_at);
end $$;

-- At commit, and not when the entry is written: the lock is then held while the commit reaches the disk, and not while a month is read.
create function seal_at_commit() returns trigger language plpgsql security definer as $$
begin
  -- The first eight bytes of sha256('offtake audit chain'): one lock for the whole database, chosen once.
  perform pg_advisory_xact_lock(('x' || left(encode(sha256('offtake audit chain'), 'hex'), 16))::bit(64)::bigint);
  perform seal_deed(new, clock_timestamp());
  return null;
end $$;

do $$ begin
  execute format('alter function seal_deed(audit_log, timestamptz) set search_path = %I', current_schema());
  execute format('alter function audit_content(audit_log) set search_path = %I', current_schema());
  execute format('alter function seal_at_commit() set search_path = %I', current_schema());
  execute format('grant create on schema %I to offtake_system', current_schema());
  alter function seal_at_commit() owner to offtake_system;
  execute format('revoke create on schema %I from offtake_system', current_schema());
end $$;
revoke execute on function seal_deed(audit_log, timestamptz) from public;
grant execute on function seal_deed(audit_log, timestamptz) to offtake_system;

-- What was written before is sealed as it stands now, in its order.
do $$
declare deed audit_log%rowtype;
begin
  set local role offtake_system;
  for deed in select * from audit_log order by entry loop
    perform seal_deed(deed, null);
  end loop;
  reset role;
end $$;

create constraint trigger sealed after insert on audit_log deferrable initially deferred for each row execute function seal_at_commit();
