-- A campus has thousands of jobs for each reservation or outage of a month: those are found without reading the jobs.
create index reading_uncommon on reading (kind, starts_at) where kind in ('reservation', 'outage', 'curtailment');
