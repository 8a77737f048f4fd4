-- +migrate Up
alter type plan add value 'team';
update plans set plan = 'team';
