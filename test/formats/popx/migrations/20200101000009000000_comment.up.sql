COMMENT ON TABLE networks IS 'two
lines';
