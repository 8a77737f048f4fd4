DROP TABLE {{ identifier .Parameters.tenantTable }};
