--liquibase formatted sql

--changeset ann:order-list runOnChange:true
create or replace view order_list as select o.id, c.name, o.state from orders o join ${customers.table} c on c.id = o.customer_id;
--rollback drop view order_list;
