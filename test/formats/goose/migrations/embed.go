package migrations

import "embed"

// goose.AddMigration(up, down) is not used here.

//go:embed *.sql
var FS embed.FS
