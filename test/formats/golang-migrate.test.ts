/** golang-migrate: pairs of files without any marker. */
import { formatSuite } from "./harness.ts";

formatSuite({
  format: "golang-migrate",
  dir: "golang-migrate/migrations",
  half: 4,
  ids: [
    "1_users",
    "2_touch",
    "3_users_created_at",
    "4_roles",
    "5_owner_role",
    "9_teams",
    "10_import",
    "11_nothing",
    "000012_search_path",
  ],
  results: {
    "select email, role::text from users": [{ email: "root@example.com", role: "owner" }],
    "select name from teams order by id": [{ name: 'Blue; "team"' }, { name: "Réd" }],
  },
});
