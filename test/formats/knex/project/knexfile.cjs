/** Names are written as in JavaScript and stored as in SQL. */
const snake = (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

module.exports = {
  development: {
    client: "pg",
    connection: process.env.FIXTURE_DATABASE_URL,
    wrapIdentifier: (value, original) => original(value === "*" ? value : snake(value)),
    migrations: { directory: "./migrations" },
  },
};
