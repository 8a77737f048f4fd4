CREATE INDEX networks_name ON networks@primary (name);
