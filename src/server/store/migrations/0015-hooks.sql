-- Whom this installation tells of what happened, over HTTP. Everything is appended: what an endpoint is, is its latest setting.

create table webhook_endpoint (
  endpoint text collate "C" primary key,
  party text collate "C" not null,
  actor text not null,
  recorded_at timestamptz not null
);
call make_append_only('webhook_endpoint');
create index webhook_endpoint_party on webhook_endpoint (party);

create table webhook_setting (
  entry bigint generated always as identity primary key,
  endpoint text collate "C" not null references webhook_endpoint,
  party text collate "C" not null,
  url text not null,
  -- Null: all of them.
  events text[],
  agreements text[],
  description text not null,
  state text not null check (state in ('on', 'off', 'removed')),
  -- Why it is off.
  reason text,
  actor text not null,
  recorded_at timestamptz not null
);
call make_append_only('webhook_setting');
create index webhook_setting_endpoint on webhook_setting (endpoint, entry);

-- Shown once, and never to a party again: it has to be known as it is, for messages are signed by it. It is good until some time after the next was made.
create table webhook_secret (
  entry bigint generated always as identity primary key,
  endpoint text collate "C" not null references webhook_endpoint,
  secret text not null check (secret like 'whsec\_%'),
  made_at timestamptz not null
);
call make_append_only('webhook_secret');
create index webhook_secret_endpoint on webhook_secret (endpoint, entry);

create table webhook_message (
  entry bigint generated always as identity primary key,
  message text collate "C" not null unique,
  endpoint text collate "C" not null references webhook_endpoint,
  party text collate "C" not null,
  -- Null where it tells of none: a test.
  agreement text collate "C",
  type text not null,
  -- What is sent, byte for byte.
  body text not null check (octet_length(body) <= 65536),
  recorded_at timestamptz not null,
  -- By the clock of this database: how long to go on trying is a matter of the world, and not of a sandbox.
  written_at timestamptz not null default clock_timestamp()
);
call make_append_only('webhook_message');
create index webhook_message_endpoint on webhook_message (endpoint, entry);
create index webhook_message_written on webhook_message (written_at);

-- A message that is sent again begins a round of attempts of its own.
create table webhook_round (
  message text collate "C" not null references webhook_message (message),
  round integer not null check (round > 0),
  endpoint text collate "C" not null,
  party text collate "C" not null,
  actor text not null,
  recorded_at timestamptz not null,
  written_at timestamptz not null default clock_timestamp(),
  primary key (message, round)
);
call make_append_only('webhook_round');
create index webhook_round_written on webhook_round (written_at);

create table webhook_attempt (
  entry bigint generated always as identity primary key,
  message text collate "C" not null references webhook_message (message),
  endpoint text collate "C" not null,
  party text collate "C" not null,
  round integer not null check (round >= 0),
  number integer not null check (number > 0),
  started_at timestamptz not null,
  ms integer not null check (ms >= 0),
  -- Null where nothing was answered.
  status integer,
  -- The first bytes of what was.
  answer text,
  outcome text not null check (outcome in ('delivered', 'failed', 'gone')),
  reason text,
  -- When it is tried again, if it is.
  again_at timestamptz,
  unique (message, round, number)
);
call make_append_only('webhook_attempt');
create index webhook_attempt_endpoint on webhook_attempt (endpoint, entry);

grant select, insert on webhook_endpoint, webhook_setting, webhook_secret, webhook_message, webhook_round, webhook_attempt to offtake_system;
grant select on webhook_endpoint, webhook_setting, webhook_message, webhook_round, webhook_attempt to offtake_app;

do $$
declare target text;
begin
  foreach target in array array['webhook_endpoint', 'webhook_setting', 'webhook_secret', 'webhook_message', 'webhook_round', 'webhook_attempt'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
    if target <> 'webhook_secret' then
      execute format('create policy own_rows on %I to offtake_app using (party = own_party())', target);
    end if;
  end loop;
end $$;
