-- A sandbox is a database whose time is not that of the world: its clock is moved month by month, and only ever forward.
create table sandbox_clock (
  entry bigint generated always as identity primary key,
  -- Null in the first row, which makes the database a sandbox for ever; every other one has moved an agreement past a month.
  agreement text collate "C",
  month text collate "C" check (month ~ '^[0-9]{4}-[0-9]{2}$'),
  -- What time it is then, in seconds since the epoch.
  now_at bigint,
  -- What the month was made up from: the seed, how finely, and the SHA-256 of the story, if there was one.
  seed bigint,
  detail text check (detail in ('coarse', 'jobs')),
  story text check (story ~ '^[0-9a-f]{64}$'),
  -- By the clock of the world.
  recorded_at timestamptz not null default now(),
  unique (agreement, month),
  check ((agreement is null) = (month is null) and (agreement is null) = (now_at is null)),
  check ((agreement is null) = (seed is null) and (agreement is null) = (detail is null))
);
create unique index sandbox_founded on sandbox_clock ((agreement is null)) where agreement is null;
call make_append_only('sandbox_clock');

create function assert_forward() returns trigger language plpgsql as $$
declare latest bigint := (select max(now_at) from sandbox_clock where agreement = new.agreement);
begin
  if latest >= new.now_at then
    raise exception 'the clock of % stands at % and does not go back to %', new.agreement, latest, new.now_at using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger forward before insert on sandbox_clock for each row execute function assert_forward();

grant select, insert on sandbox_clock to offtake_system;
