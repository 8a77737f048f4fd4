CREATE TABLE {{ identifier .Parameters.tenantTable }} (
    id UUID PRIMARY KEY,
    region TEXT NOT NULL DEFAULT '{{ .Parameters.region }}'{{ if or .IsCockroach .IsMySQL }},
    shard INT NOT NULL{{- end }}
);
INSERT INTO {{ .Parameters.tenantTable | identifier }} SELECT id FROM networks;
