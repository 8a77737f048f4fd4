/** Annotations by which Helm and Argo CD run an object before a release. */
import { field, type Field } from "../tree.ts";

/**
 * `before-hook-creation` has to be named: any other value replaces it, and then a failed Job that
 * still lies there stops the next release. Never `hook-failed`: it takes the log of the failure.
 */
export function helmHook(weight: number): Field[] {
  return [
    field(
      "helm.sh/hook",
      "pre-install,pre-upgrade",
      "before everything else of the release, and not at a rollback: the old code lives with the new schema",
    ),
    field("helm.sh/hook-weight", String(weight), weightWhy(weight)),
    field(
      "helm.sh/hook-delete-policy",
      "before-hook-creation,hook-succeeded",
      "a failed one stays, with its log, until the next release takes its place",
    ),
  ];
}

/** With any hook of Argo CD in an application all of its Helm hooks are ignored: never both. */
export function argoHook(wave: number): Field[] {
  return [
    field("argocd.argoproj.io/hook", "PreSync", "before the sync; a failure ends it"),
    field("argocd.argoproj.io/sync-wave", String(wave), weightWhy(wave)),
    field(
      "argocd.argoproj.io/hook-delete-policy",
      "BeforeHookCreation",
      "runs again at the next sync of the same image; until then its log stays",
    ),
  ];
}

function weightWhy(weight: number): string {
  return weight < 0
    ? "before the Job, which needs it: nothing of the release is there yet"
    : "after what it needs, which has a lower number";
}
