CREATE INDEX CONCURRENTLY networks_name ON networks (name);
CREATE INDEX CONCURRENTLY networks_id_name ON networks (id, name);
