import type { Node } from "@pgsql/types";

/** The default of a serial column, as the server writes it: `nextval('t_id_seq'::regclass)`. */
export function nextval(schema: string, sequence: string): Node {
  const sval = `${quoted(schema)}.${quoted(sequence)}`;
  return {
    FuncCall: {
      funcname: [{ String: { sval: "pg_catalog" } }, { String: { sval: "nextval" } }],
      args: [
        {
          TypeCast: {
            arg: { A_Const: { sval: { sval } } },
            typeName: { names: [{ String: { sval: "regclass" } }] },
          },
        },
      ],
      funcformat: "COERCE_EXPLICIT_CALL",
    },
  };
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
