-- What was signed. Effective time and recorded time are two columns, here and everywhere.

-- Append, never edit: privileges refuse the application, this refuses everyone.
create function refuse_change() returns trigger language plpgsql as $$
begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$;

create procedure make_append_only(target regclass) language plpgsql as $$
begin
  execute format('create trigger append_only before update or delete on %s for each row execute function refuse_change()', target);
  execute format('create trigger append_only_all before truncate on %s for each statement execute function refuse_change()', target);
end $$;

create table agreement_version (
  agreement text collate "C" not null,
  version integer not null check (version > 0),
  effective date not null,
  title text not null,
  zone text not null,
  currency text not null,
  -- As signed, byte for byte.
  document text not null,
  -- The validated document, as RFC 8785 has it; `hash` is SHA-256 of this.
  canonical text not null,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  previous text check (previous ~ '^[0-9a-f]{64}$'),
  recorded_at timestamptz not null,
  primary key (agreement, version),
  check ((version = 1) = (previous is null))
);
call make_append_only('agreement_version');

create table agreement_party (
  agreement text collate "C" not null,
  party text collate "C" not null,
  role text not null,
  recorded_at timestamptz not null,
  primary key (agreement, party)
);
call make_append_only('agreement_party');

-- Readings name pools and blocks, not agreements: so each belongs to one agreement, for ever.
create table pool (
  pool text collate "C" primary key,
  agreement text collate "C" not null,
  recorded_at timestamptz not null
);
call make_append_only('pool');

create table block (
  block text collate "C" primary key,
  agreement text collate "C" not null,
  pool text collate "C" not null references pool,
  recorded_at timestamptz not null
);
call make_append_only('block');

-- Clauses have a name of their own within their agreement only.
create table clause (
  agreement text collate "C" not null,
  clause text collate "C" not null,
  recorded_at timestamptz not null,
  primary key (agreement, clause)
);
call make_append_only('clause');

create table audit_log (
  entry bigint generated always as identity primary key,
  recorded_at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null
);
call make_append_only('audit_log');
