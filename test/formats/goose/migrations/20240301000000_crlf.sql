-- +goose Up
-- +goose StatementBegin
do $$
begin
  update customers set note = 'ça; va' where name = 'Ann';
end;
$$
-- +goose StatementEnd

-- +goose Down
update customers set note = 'a;b';
