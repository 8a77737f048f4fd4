/** What `lockstep.config.ts` says about migrations that take away what old code still uses. */

export interface ContractConfig {
  /**
   * `off`: contract migrations are applied without asking who still runs; for development. Default
   * `on`.
   */
  readonly guard?: "on" | "off" | undefined;
  /** Roles whose sessions say nothing about old code: of people, reports, backups. */
  readonly ignoreRoles?: readonly string[] | undefined;
}
