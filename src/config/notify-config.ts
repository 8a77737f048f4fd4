/** Who is told of failures; docs/notify.md explains it. */

export interface NotifyConfig {}
