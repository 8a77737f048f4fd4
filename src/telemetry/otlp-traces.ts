/**
 * The trace of a run: a span for the run, for each of its stages, each migration and each step, with
 * the times of the events and not of their export. SQL text is in none of them.
 */
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Context, Span, Tracer } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { IdGenerator, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { FailureJson } from "../failures/failure.ts";
import type { RunEvent } from "../runner/events.ts";
import type { RunPlace } from "../runner/run-sink.ts";
import { TOOL_VERSION } from "../version.ts";
import { cicdAttributes, PIPELINE_RESULTS } from "./cicd.ts";
import { statementKind } from "./statement-kind.ts";
import { traceContextOf } from "./trace-context.ts";

export interface TracesOptions {
  readonly place: RunPlace;
  readonly env: NodeJS.ProcessEnv;
  readonly resource: Resource;
  readonly exporter: SpanExporter;
}

export interface Traces {
  onEvent(event: RunEvent): void;
  shutdown(): Promise<void>;
}

export async function openTraces(options: TracesOptions): Promise<Traces> {
  const { place, env, resource, exporter } = options;
  const { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator } =
    await import("@opentelemetry/sdk-trace-base");
  const { W3CTraceContextPropagator } = await import("@opentelemetry/core");
  const ids = new RunIds(new RandomIdGenerator(), env);
  const provider = new BasicTracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const carrier = { traceparent: env["TRACEPARENT"], tracestate: env["TRACESTATE"] };
  const parent = new W3CTraceContextPropagator().extract(context.active(), carrier, {
    keys: (of) => Object.keys(of),
    get: (of: Readonly<Record<string, string | undefined>>, key) => of[key],
  });
  const spans = new RunSpans(provider.getTracer("lockstep", TOOL_VERSION), parent, place, env);
  return {
    onEvent(event) {
      ids.runId ??= event.runId;
      spans.take(event);
    },
    async shutdown() {
      spans.end();
      await provider.shutdown();
    },
  };
}

/** Y1 of trace-context.ts: the ids of the first span come from the run. */
class RunIds implements IdGenerator {
  runId: string | undefined;
  readonly #random: IdGenerator;
  readonly #env: NodeJS.ProcessEnv;
  #first = true;

  constructor(random: IdGenerator, env: NodeJS.ProcessEnv) {
    this.#random = random;
    this.#env = env;
  }

  generateTraceId(): string {
    return traceContextOf(this.runId ?? "", this.#env).traceId || this.#random.generateTraceId();
  }

  generateSpanId(): string {
    const first = this.#first;
    this.#first = false;
    if (first && this.runId !== undefined) return traceContextOf(this.runId, this.#env).spanId;
    return this.#random.generateSpanId();
  }
}

/** The spans that are open: at most one of each kind, as a run does one thing at a time. */
class RunSpans {
  readonly #tracer: Tracer;
  readonly #parent: Context;
  readonly #place: RunPlace;
  readonly #env: NodeJS.ProcessEnv;
  readonly #openedAt = Date.now();
  #run: Span | undefined;
  #over = false;
  #migration: Span | undefined;
  #step: Span | undefined;
  #last = this.#openedAt;

  constructor(tracer: Tracer, parent: Context, place: RunPlace, env: NodeJS.ProcessEnv) {
    this.#tracer = tracer;
    this.#parent = parent;
    this.#place = place;
    this.#env = env;
  }

  take(event: RunEvent): void {
    if (this.#over) return;
    const at = Date.parse(event.at);
    this.#last = at;
    this.#run ??= this.#start("lockstep", undefined, this.#openedAt, {
      "lockstep.run.id": event.runId,
      ...cicdAttributes(this.#env, this.#place.links.run),
    });
    switch (event.event) {
      case "run-started":
        this.#run.updateName(`lockstep ${event.command}`);
        this.#run.setAttributes({
          "db.namespace": event.database,
          "lockstep.command": event.command,
          "lockstep.connection": event.connection,
        });
        return this.#stage("connect", this.#openedAt, at);
      case "lock-acquired":
        return this.#stage("runner lock", at - event.elapsedMs, at);
      case "migration-started":
        this.#endMigration(at);
        this.#migration = this.#start(`migration ${event.migration}`, this.#run, at, {
          "lockstep.migration.id": event.migration,
        });
        return;
      case "step-started":
        this.#step?.end(at);
        this.#step = this.#start(
          statementKind(event.statement),
          this.#migration ?? this.#run,
          at,
          {
            "db.operation.name": statementKind(event.statement),
            "lockstep.migration.id": event.migration,
            "lockstep.step.ordinal": event.ordinal,
          },
          SpanKind.CLIENT,
        );
        return;
      case "step-finished":
        this.#step?.end(at);
        this.#step = undefined;
        return;
      case "waiting-for-connection":
      case "waiting-for-lock":
        this.#note(event.event, at, { "lockstep.elapsed_ms": event.elapsedMs });
        return;
      case "blocked":
        return this.#note(event.event, at, {
          "lockstep.attempt": event.attempt,
          "lockstep.blockers": event.blockers.length,
          "lockstep.blocker_pids": event.blockers.map(({ pid }) => pid),
        });
      case "blocker-cancelled":
        return this.#note(event.event, at, {
          "lockstep.blocker_pids": [event.pid],
          "lockstep.action": event.action,
        });
      case "retrying":
        return this.#note(event.event, at, {
          "lockstep.attempt": event.attempt,
          "error.type": event.class ?? "unknown",
        });
      case "stepped-back":
        return this.#note(event.event, at, { "lockstep.victims": event.victims });
      case "migration-applied":
        return this.#endMigration(at);
      case "interrupted":
        return this.#note(event.event, at, { "lockstep.signal": event.signal });
      case "run-finished":
        return this.#finish(event, at);
      default:
        return;
    }
  }

  /** Whatever is still open; a run without a last event ends where its last one was. */
  end(): void {
    if (this.#run === undefined) return;
    this.#run.setStatus({
      code: SpanStatusCode.ERROR,
      message: "the run ended without an outcome",
    });
    this.#run.setAttribute("error.type", "bug");
    this.#endMigration(this.#last);
    this.#run.end(this.#last);
    this.#run = undefined;
  }

  #finish(event: Extract<RunEvent, { event: "run-finished" }>, at: number): void {
    const run = this.#run!;
    if (event.failure) {
      for (const span of [this.#step, this.#migration, run]) {
        if (span) markFailed(span, event.failure);
      }
    }
    run.setAttributes({
      "cicd.pipeline.result": PIPELINE_RESULTS[event.outcome],
      "lockstep.outcome": event.outcome,
      "lockstep.applied": event.applied.length,
      "lockstep.remaining": event.remaining,
      "lockstep.longest_wait_ms": event.longestWaitMs,
    });
    this.#endMigration(at);
    run.end(at);
    this.#run = undefined;
    this.#over = true;
  }

  #endMigration(at: number): void {
    this.#step?.end(at);
    this.#migration?.end(at);
    this.#step = undefined;
    this.#migration = undefined;
  }

  #stage(name: string, from: number, to: number): void {
    this.#start(name, this.#run, Math.max(from, this.#openedAt), {}).end(to);
  }

  #note(name: string, at: number, attributes: Attributes): void {
    (this.#step ?? this.#migration ?? this.#run)?.addEvent(name, attributes, at);
  }

  #start(
    name: string,
    parent: Span | undefined,
    startTime: number,
    more: Attributes,
    kind: SpanKind = SpanKind.INTERNAL,
  ): Span {
    const within = parent === undefined ? this.#parent : trace.setSpan(this.#parent, parent);
    const attributes = {
      "db.system.name": "postgresql",
      "db.namespace": this.#place.database,
      ...(this.#place.cluster !== "" && { "lockstep.cluster": this.#place.cluster }),
      ...more,
    };
    return this.#tracer.startSpan(name, { startTime, kind, attributes }, within);
  }
}

function markFailed(span: Span, failure: FailureJson): void {
  const sqlstate = failure.server?.sqlstate;
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.what });
  span.setAttributes({
    "error.type": failure.class,
    "lockstep.exit_code": failure.exitCode,
    ...(sqlstate !== undefined && { "db.response.status_code": sqlstate }),
  });
}
