-- What a party may see follows from what it is in an agreement: who is the guarantor of one and was given another to read as its lender sees in each role
-- what that role sees. Without a role a party sees what it may see in any.
create function own_role() returns text language sql stable as $$ select nullif(current_setting('offtake.role', true), '') $$;

create or replace function own_agreements() returns setof text language sql stable as $$
  select agreement from agreement_party where party = own_party() and role <> 'tenant' and role = coalesce(own_role(), role)
  union
  select agreement from (select distinct on (agreement) agreement, role, given from agreement_reader
                          where party = own_party() order by agreement, entry desc) as latest
   where given and role = coalesce(own_role(), role)
$$;

-- A draft of terms is for the two that negotiate, as those who negotiate.
alter policy own_rows on proposal using (
  (guarantor = own_party() and coalesce(own_role(), 'guarantor') = 'guarantor')
  or (operator = own_party() and coalesce(own_role(), 'operator') = 'operator')
);
