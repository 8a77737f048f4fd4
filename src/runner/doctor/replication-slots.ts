/**
 * A slot whose consumer does not follow keeps WAL until the disk is full, or is lost when
 * max_slot_wal_keep_size is reached; large migrations write a lot of it.
 */
import { bytesText } from "../bytes.ts";
import { readServer, type Slot } from "../care/surroundings.ts";
import { quoteLiteral } from "../../postgres/identifiers.ts";
import { ok, type Check } from "./check.ts";
import { be, count, listed, statements } from "./wording.ts";

/** An index build of an ordinary table writes this much in one go. */
const TIGHT_BYTES = 1024 ** 3;

export const replicationSlots: Check = {
  id: "replication-slots",
  title: "Replication slots",
  async look({ session }) {
    const { slots } = await readServer(session);
    const inactive = slots.filter(({ active }) => !active);
    if (inactive.length > 0) {
      const drop = inactive.map(
        ({ name }) => `select pg_drop_replication_slot(${quoteLiteral(name)})`,
      );
      return {
        status: "warn",
        message: `${count(inactive.length, "replication slot")} ${be(inactive.length)} inactive: ${listed(inactive.map(slotText))}.`,
        action: `Start the consumer again, or drop what is abandoned: ${statements(drop)}`,
      };
    }
    const tight = slots.filter(
      ({ walStatus, safeBytes }) =>
        (walStatus !== null && walStatus !== "reserved" && walStatus !== "extended") ||
        (safeBytes !== null && safeBytes < TIGHT_BYTES),
    );
    if (tight.length > 0) {
      return {
        status: "warn",
        message: `${count(tight.length, "replication slot")} ${be(tight.length)} near the end: ${listed(tight.map(slotText))}. A rewrite or an index build writes about as much WAL as the table is big.`,
        action:
          "Let the consumer catch up, or raise `max_slot_wal_keep_size`, before a large migration.",
      };
    }
    return ok("Every replication slot is in use.");
  },
};

/** `shop (wal_status reserved, keeps 16 MB, lost after 2 GB more)` */
function slotText({ name, walStatus, keptBytes, safeBytes }: Slot): string {
  const facts = [
    `wal_status ${walStatus ?? "none"}`,
    ...(keptBytes === null ? [] : [`keeps ${bytesText(keptBytes)}`]),
    ...(safeBytes === null ? [] : [`lost after ${bytesText(safeBytes)} more`]),
  ];
  return `\`${name}\` (${facts.join(", ")})`;
}
