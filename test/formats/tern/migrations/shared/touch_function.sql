{{- /* used by more than one migration; don't lose it */ -}}
create or replace function {{ .prefix }}_touch() returns trigger language plpgsql as $fn$
begin
  new.touched_at := now(); -- it's the transaction's time; always
  return new;
end
$fn$;
