-- What a register and a portfolio read of every statement: worked out once, so that years of months are read without their documents.

-- What each party paid each other under each clause, where each clause stands (without its reasons), and what was accepted and sold.
create function stood_of(document text) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'moved', coalesce((select jsonb_agg(jsonb_build_object('clause', clause, 'payer', payer, 'payee', payee, 'amount', amount) order by clause, payer, payee)
                from (select line ->> 'clause' as clause, line ->> 'payer' as payer, line ->> 'payee' as payee, sum((line ->> 'amount')::numeric)::text as amount
                        from jsonb_array_elements(stated -> 'lines') as lines (line) group by 1, 2, 3) as sums), '[]'),
    'positions', coalesce((select jsonb_agg(position_ - 'reasons' order by place)
                from jsonb_array_elements(stated -> 'positions') with ordinality as positions (position_, place)), '[]'),
    'accepted', stated #> '{waterfall,accepted}', 'sold', stated #> '{waterfall,sold}')
    from (select document::jsonb) as statement (stated)
$$;
alter table statement add column stood jsonb generated always as (stood_of(document)) stored;

-- A guarantor's own document of what it holds together, as it was put on record: the latest version counts.
create table portfolio_version (
  portfolio text collate "C" not null,
  version integer not null check (version > 0),
  -- Whose it is: nobody else reads it.
  guarantor text collate "C" not null,
  -- As given, byte for byte; `hash` is SHA-256 of its canonical form.
  document text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  recorded_at timestamptz not null,
  primary key (portfolio, version)
);
call make_append_only('portfolio_version');
create index portfolio_guarantor on portfolio_version (guarantor, recorded_at);

grant select on portfolio_version to offtake_app;
grant select, insert on portfolio_version to offtake_system;
alter table portfolio_version enable row level security;
alter table portfolio_version force row level security;
create policy system_rows on portfolio_version to offtake_system using (current_user = 'offtake_system');
create policy own_rows on portfolio_version to offtake_app using (guarantor = own_party());
