-- +migrate Up notransaction
create index concurrently accounts_email on accounts (email);
create index concurrently accounts_touched on accounts (touched);

-- +migrate Down notransaction
drop index concurrently accounts_touched;
drop index concurrently accounts_email;
