{{- /* One row for all. */ -}}
{{ if .IsPostgreSQL }}
INSERT INTO networks (id) VALUES (gen_random_uuid());
{{ else }}
INSERT INTO `networks` (`id`) VALUES (uuid());
{{ end }}
