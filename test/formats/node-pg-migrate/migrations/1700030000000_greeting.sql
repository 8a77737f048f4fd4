create function greeting(name text) returns text language sql as $body$
  select 'Hello; ' || name || ', it''s -- not a comment'
$body$;

comment on function greeting(text) is 'Grüße — {name}';
