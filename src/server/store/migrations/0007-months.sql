-- A month is found among the months of years without reading them all.

-- What is rare, or rather rare, by when it ends: of everything that began before a month ended, only the latest ends in it.
create index reading_ends on reading (kind, ends_at) where kind in ('gap', 'call', 'condition', 'charge', 'maintenance');
create index reading_reduces on reading (source, ((body ->> 'reduces') collate "C")) where kind in ('credit', 'refund');
create index reading_batch on reading using brin (batch) with (pages_per_range = 32);
