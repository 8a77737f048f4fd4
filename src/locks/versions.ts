/** The major versions of PostgreSQL whose locks are measured. */
export const OLDEST_VERSION = 14;
export const NEWEST_VERSION = 18;
