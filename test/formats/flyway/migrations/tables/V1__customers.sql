-- ${nothing} has this name in a comment
CREATE TABLE customers (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  currency char(3) NOT NULL DEFAULT '${currency}'
);
COMMENT ON TABLE customers IS 'in ${flyway:defaultSchema}, for ${reader}; from ${flyway:filename}';
