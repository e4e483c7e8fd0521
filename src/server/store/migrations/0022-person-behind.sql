-- A key is whoever made it: wherever two persons are wanted, they are told apart as persons, and what wants a person is done by no key.

-- Who stands behind an actor: the person that made a key, else the actor itself. Asked as who acts: parties cannot ask whose a key is.
create function person_behind(of_actor text) returns text language sql stable as $$
  select coalesce((select k.person from api_key k where k.key = of_actor), of_actor)
$$;

-- Proposals on record name the keys they were made with, so that both sides are looked up.
create or replace function refuse_own_signature() returns trigger language plpgsql as $$
begin
  if new.act <> 'sign' then
    return new;
  end if;
  if exists (select from api_key k where k.key = new.actor) then
    raise exception 'a proposal is signed by a person, not with a key' using errcode = 'check_violation';
  end if;
  if exists (select from proposal p where p.id = new.proposal
              and (p.party = new.party or person_behind(p.actor) = person_behind(new.actor))) then
    raise exception 'a proposal is signed by another person, for the other party' using errcode = 'check_violation';
  end if;
  return new;
end $$;

create function check_ruling() returns trigger language plpgsql as $$
begin
  if exists (select from api_key k where k.key = new.actor) then
    raise exception 'a dispute is ruled on by a person, not with a key' using errcode = 'check_violation';
  end if;
  if exists (select from dispute d where d.dispute = new.dispute
              and (d.party = new.party or person_behind(d.actor) = person_behind(new.actor))) or not exists (
    select from dispute d join agreement_party a on a.agreement = d.agreement and a.party = new.party
     where d.dispute = new.dispute and a.role in ('operator', 'guarantor')) then
    raise exception 'a dispute is ruled on by another person, for the other party' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger check_ruling before insert on dispute_ruling for each row execute function check_ruling();

-- Taking a role back ends the keys that were made by it, for good. Those of roles that were taken back before this was so are ended here, also where the role
-- was given again since: none of them holds because of what was given later.
alter table api_key_end add column with_role boolean not null default false;
insert into api_key_end (key, actor, recorded_at, with_role)
select k.key, 'migrate', now(), true from api_key k
 where (exists (select from membership_change c where c.person = k.person and c.role = k.role and c.party is not distinct from k.party
                   and not c.given and c.recorded_at >= k.recorded_at)
    or not exists (select from membership m where m.person = k.person and m.role = k.role and m.party is not distinct from k.party))
   and not exists (select from api_key_end e where e.key = k.key);

-- What is being negotiated is for the two that negotiate, in the log too; also while there is no agreement yet. Who reads the agreement reads that it was
-- signed, and what was loaded.
drop policy own_rows on audit_log;
create policy own_rows on audit_log to offtake_app using (
  party = own_party()
  or case when action in ('propose', 'decline', 'withdraw') then detail ->> 'proposal' in (select p.id from proposal p)
          else agreement in (select own_agreements()) end);

-- The thread of a dispute is between the two parties: who was let read the agreement reads the dispute and its ruling.
drop policy own_rows on dispute_message;
create policy own_rows on dispute_message to offtake_app using (
  dispute in (select d.dispute from dispute d join agreement_party a on a.agreement = d.agreement
               where a.party = own_party() and a.role in ('operator', 'guarantor'))
  and (not internal or party = own_party()));
