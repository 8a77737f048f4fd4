exports.up = (knex) => knex("notes").insert({ line: "from a file with CRLF" });
exports.down = (knex) => knex("notes").where({ line: "from a file with CRLF" }).del();
