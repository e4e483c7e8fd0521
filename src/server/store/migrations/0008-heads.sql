-- Lists of agreements and of months show two fields of every statement: worked out once, not read out of each document anew.
create function head_of(document text) returns jsonb language sql immutable as $$
  select jsonb_build_object('totals', stated -> 'totals', 'dueOn', stated -> 'dueOn') from (select document::jsonb) as statement (stated)
$$;
alter table statement add column head jsonb generated always as (head_of(document)) stored;
