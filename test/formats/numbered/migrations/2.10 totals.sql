create function order_count() returns bigint language sql begin atomic
    select count(*) from orders;
end;
