-- Applied again whenever this file changes.
create or replace view customer_revenue as
select c.id as customer_id, c.email, count(o.id) as orders, coalesce(sum(o.total_cents), 0) as cents
from customers c
left join orders o on o.customer_id = c.id and o.status <> 'cancelled'
group by c.id, c.email;
