create view {{ .prefix }}_live as select id, name from products;
comment on view {{ .prefix }}_live is 'for {{ .reader }}';

---- create above / drop below ----

drop view {{ .prefix }}_live;
