/** A Job that applies what an image ships, under any name and with any hooks. */
import {
  field,
  map,
  maybe,
  when,
  type Field,
  type MapNode,
  type Maybe,
  type Value,
} from "../tree.ts";
import type { PartsInput } from "./input.ts";
import { jobSpec } from "./job-spec.ts";
import { EXPAND } from "./roles.ts";

export interface JobPlace {
  readonly name: Value;
  readonly nameWhy: string;
  readonly namespace: Maybe;
  /** Of hooks, and their conditions; missing for a Job that nobody but you starts. */
  readonly annotations?: readonly Field[];
  /** The condition under which there are any. */
  readonly annotationsWhen?: string;
}

export function job(input: PartsInput, place: JobPlace): MapNode {
  const { annotations = [], annotationsWhen } = place;
  const annotated =
    annotations.length === 0 ? undefined : field("annotations", map(...annotations));
  return map(
    field("apiVersion", "batch/v1"),
    field("kind", "Job"),
    field(
      "metadata",
      map(
        field("name", place.name, place.nameWhy),
        maybe("namespace", place.namespace),
        field("labels", input.labels),
        annotated && annotationsWhen !== undefined ? when(annotationsWhen, annotated) : annotated,
      ),
    ),
    field("spec", jobSpec(input, { role: EXPAND })),
  );
}
