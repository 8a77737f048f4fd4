import type { MigrationContext } from "lockstep";

/** Each round of `db.batch` commits by itself, together with the id at which it goes on. */
export const transaction = false;

const SIZE = 1000;

export async function up(db: MigrationContext): Promise<void> {
  const [last] = await db.sql<{ id: string | null }>`select max(id)::text as id from orders`;
  const end = Number(last?.id ?? 0);
  await db.batch(0, async (after, tx) => {
    await tx.sql`
      update orders o
      set total_cents = (
        select coalesce(sum(i.quantity * i.price_cents), 0)
        from order_items i
        where i.order_id = o.id)
      where o.id > ${after} and o.id <= ${after + SIZE} and o.total_cents is null`;
    return after + SIZE < end ? after + SIZE : null;
  });
  db.log(`totals are filled up to order ${end}`);
}

/** The column itself is dropped by 0005; there is nothing to take back here. */
export async function down(): Promise<void> {}
