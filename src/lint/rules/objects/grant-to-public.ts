import { defineRule } from "../../rule.ts";
import { grantees, grantOf, grantedOn } from "../support/grants.ts";

export const grantToPublic = defineRule({
  id: "grant-to-public",
  kind: "security",
  severity: "warning",
  summary: "Something is granted to PUBLIC",
  why: "PUBLIC is every role of the server, those that are created later too.",
  instead: "Grant to a role, and make those who need it its members.",
  bad: [{ history: "create table orders (id bigint);", sql: "grant select on orders to public;" }],
  good: [
    { history: "create table orders (id bigint);", sql: "grant select on orders to reporting;" },
    { sql: "revoke all on schema public from public;" },
  ],
  otherIds: { migrationPilot: ["MP073", "MP091"] },
  *check({ node }) {
    const grant = grantOf(node);
    const everybody = grant && grantees(grant).find((one) => one.roletype === "ROLESPEC_PUBLIC");
    if (grant === undefined || everybody === undefined) return;
    yield {
      message: `Every role of the server, later ones included, gets privileges on ${grantedOn(grant)}. Grant them to a role.`,
      at: everybody.location,
    };
  },
});
