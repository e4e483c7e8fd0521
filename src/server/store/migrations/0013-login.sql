-- Who people are, and as what they may act. Parties read none of these tables: not even the role they work as may.

create table person (
  person text collate "C" primary key,
  name text not null check (name <> ''),
  -- In small letters. Bound to whoever first signs in with it.
  email text collate "C" unique check (email = lower(email)),
  -- One of the people that a server without login offers to sign in as: nobody signs in as it where login is configured.
  made_up boolean not null default false,
  recorded_at timestamptz not null
);
call make_append_only('person');

-- How an identity provider knows a person: the subject is never given to another, an e-mail address may be.
create table person_identity (
  issuer text collate "C" not null,
  subject text collate "C" not null,
  person text collate "C" not null unique references person,
  recorded_at timestamptz not null,
  primary key (issuer, subject)
);
call make_append_only('person_identity');

-- Given and taken back, never edited; the latest row of a person, party and role counts.
create table membership_change (
  entry bigint generated always as identity primary key,
  person text collate "C" not null references person,
  party text collate "C",
  role text collate "C" not null check (role in ('operator', 'guarantor', 'tenant', 'lender', 'auditor', 'administrator')),
  given boolean not null,
  actor text not null,
  recorded_at timestamptz not null,
  -- An administrator is of this installation, everybody else of a party.
  check ((role = 'administrator') = (party is null))
);
call make_append_only('membership_change');
create index membership_change_person on membership_change (person, role, party, entry desc);

create view membership as
  select person, party, role, recorded_at
    from (select distinct on (person, role, party) person, party, role, given, recorded_at
            from membership_change order by person, role, party, entry desc) as latest
   where given;

create table api_key (
  key text collate "C" primary key,
  -- Who made it: it ends when they may no longer act as this.
  person text collate "C" not null references person,
  party text collate "C",
  role text collate "C" not null,
  name text not null check (name <> ''),
  scopes text[] not null,
  -- SHA-256 of its secret, which is kept nowhere.
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  expires_at timestamptz not null,
  recorded_at timestamptz not null,
  check ((role = 'administrator') = (party is null))
);
call make_append_only('api_key');
create index api_key_party on api_key (party, key);

create table api_key_end (
  key text collate "C" primary key references api_key,
  actor text not null,
  recorded_at timestamptz not null
);
call make_append_only('api_key_end');

-- What follows is state and no record: what was done with it stands in the audit log.

create table api_key_use (key text collate "C" primary key references api_key, used_at bigint not null);

-- Who is signed in. Instants are of the clock of the machine, whatever time a sandbox has come to.
create table session (
  session text collate "C" primary key,
  -- SHA-256 of what the cookie holds, which is kept nowhere.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  person text collate "C" not null references person,
  -- Signed in where no login is configured, or by an identity provider: a server takes sessions of its own way alone.
  login text not null check (login in ('open', 'required')),
  -- As what they act; null while they may act as nothing.
  party text collate "C",
  role text collate "C",
  begun_at bigint not null,
  seen_at bigint not null,
  check (role is not null or party is null)
);
create index session_person on session (person, seen_at desc);
create index session_seen on session (seen_at);

grant select, insert on person, person_identity, membership_change, api_key, api_key_end to offtake_system;
grant select on membership to offtake_system;
grant select, insert, update, delete on session, api_key_use to offtake_system;
