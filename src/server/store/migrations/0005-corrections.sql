-- Corrections: what a close knew, so that the next one settles final months again exactly when something new bears on them.

-- Readings that came late for a final month, and rulings, known when the statement was closed: they only ever grow in number. A statement from
-- before corrections knew none, so the next close looks at all of them.
alter table statement add column late_known bigint not null default 0 check (late_known >= 0);
