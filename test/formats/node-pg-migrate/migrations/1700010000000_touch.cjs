exports.up = (pgm) => {
  pgm.addColumn({ schema: "shop", name: "customers" }, { touched: { type: "moment" } });
  pgm.createTrigger(
    { schema: "shop", name: "customers" },
    "touch",
    { when: "BEFORE", operation: ["INSERT", "UPDATE"], level: "ROW", language: "plpgsql" },
    `
begin
  if new.email = 'it''s; "quoted"' then
    raise notice '-- no comment';
  end if;
  new.touched := now();
  return new;
end;
`,
  );
};

exports.down = false;
