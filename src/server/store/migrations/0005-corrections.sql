-- Corrections: what a close knew, so that the next one settles final months again exactly when something new bears on them.

-- Readings that came late for a final month, and rulings, known when the statement was closed: they only ever grow in number. A statement from
-- before corrections knew none, so the next close looks at all of them.
alter table statement add column late_known bigint not null default 0 check (late_known >= 0);

-- The final months that its lines correct: where a month stands is asked far more often than it changes.
alter table statement add column corrects text[] collate "C" not null default '{}';

-- What later months read of a statement: its lines without their reasons, its dates and terms, and what it settled again. Every close reads it of
-- every month before, so it is worked out once.
create function told_of(document text) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'finalOn', told -> 'finalOn', 'dueOn', told -> 'dueOn', 'terms', told -> 'terms', 'settledAgain', told -> 'settledAgain',
    'lines', (select jsonb_agg(line - array['reasons', 'text'] order by place)
                from jsonb_array_elements(told -> 'lines') with ordinality as lines (line, place)))
    from (select document::jsonb) as statement (told)
$$;
alter table statement add column told jsonb generated always as (told_of(document)) stored;
