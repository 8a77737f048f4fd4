CREATE OR REPLACE VIEW sales AS SELECT '${currency}'::text AS currency, sum(total) AS total FROM orders;
