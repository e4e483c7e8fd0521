-- What a request under a key is answered, for whoever sends it again; and whether one is being worked on. Edited, as `progress` is: nothing rests on it.
create table request_answer (
  -- Of a principal acting as something: what one sends, no other is answered.
  sender text collate "C" not null,
  key text collate "C" not null,
  -- SHA-256 of what was asked for.
  content bytea not null,
  -- Who works on it; nobody after the lease.
  holder text not null,
  leased_until timestamptz not null,
  -- Null while it is worked on.
  status smallint,
  content_type text,
  -- Null where the answer was too large to keep.
  body text,
  begun_at timestamptz not null default now(),
  primary key (sender, key)
);
create index request_answer_begun on request_answer (begun_at);
grant select, insert, update, delete on request_answer to offtake_system;

-- Long work that somebody asked for, and what became of it, event by event.
create table job (
  id text collate "C" primary key,
  kind text not null,
  subject text not null,
  -- Whose parties may look; null where it is of no agreement.
  agreement text collate "C",
  -- The queue has one job under a key: another takes its place.
  queue_key text not null,
  cancellable boolean not null,
  actor text not null,
  actor_name text not null,
  party text collate "C",
  recorded_at timestamptz not null default now()
);
call make_append_only('job');
create index job_agreement on job (agreement, id) where agreement is not null;
create index job_party on job (party, id) where party is not null;
create index job_queue_key on job (queue_key, id);

create table job_event (
  job text collate "C" not null references job,
  -- From 1, without a hole: whoever has heard up to one asks for what comes after it.
  number integer not null check (number > 0),
  kind text not null check (kind in ('queued', 'progress', 'retry', 'cancelling', 'done', 'failed', 'cancelled')),
  -- How many of the work's own units; null where they are not known.
  done bigint,
  total bigint,
  message text not null,
  recorded_at timestamptz not null default now(),
  primary key (job, number)
);
call make_append_only('job_event');
-- Of the three ends a job has one.
create unique index job_event_end on job_event (job) where kind in ('done', 'failed', 'cancelled');

grant select on job, job_event to offtake_app;
grant select, insert on job, job_event to offtake_system;
do $$
declare target text;
begin
  foreach target in array array['request_answer', 'job', 'job_event'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format('create policy system_rows on %I to offtake_system using (current_user = ''offtake_system'')', target);
  end loop;
end $$;
create policy own_rows on job to offtake_app using (party = own_party() or agreement in (select own_agreements()));
create policy own_rows on job_event to offtake_app using (job in (select j.id from job j));
