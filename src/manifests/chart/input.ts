/** The parts of a manifest, with expressions of the chart where a pattern has values. */
import type { PartsInput } from "../parts/input.ts";
import { helm, helmBlock, helmLines, type Helm, type Maybe } from "../tree.ts";
import { named } from "./names.ts";

const ENV_ITEMS = `{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}`;

/** Numbers of more than six digits come out of Helm as 1e+06 without `int64`. */
export function number(path: string): Helm {
  return helm(`.Values.${path} | int64`);
}

export function chartInput(sum: string): PartsInput {
  return {
    image: helm('required "image is required, with its digest" .Values.image | quote'),
    command: helm(".Values.command | toJson"),
    secret: {
      name: helm(
        'required "secret.name is required: the Secret with the connection string of the migrator" .Values.secret.name | quote',
      ),
      key: helm(".Values.secret.key | quote"),
    },
    gateSecret: {
      name: helm('required "gate.secret.name is required" .Values.gate.secret.name | quote'),
      key: helm(".Values.gate.secret.key | quote"),
    },
    env: [helmLines(ENV_ITEMS)],
    serviceAccount: text(named("serviceAccountName"), `${named("serviceAccountName")} | quote`),
    imagePullSecrets: {
      when: ".Values.imagePullSecrets",
      value: helmBlock("toYaml .Values.imagePullSecrets"),
    },
    priorityClass: text(".Values.priorityClassName", ".Values.priorityClassName | quote"),
    runAsUser: number("runAsUser"),
    resources: helmBlock("toYaml .Values.resources"),
    backoffLimit: number("backoffLimit"),
    deadline: { seconds: number("activeDeadlineSeconds"), sum: `by default ${sum}` },
    gateTimeoutS: helm('printf "%ds" (.Values.gate.timeoutSeconds | int64) | quote'),
    labels: helmBlock(named("labels")),
    podLabels: helmBlock(named("podLabels")),
  };
}

function text(condition: string, expression: string): Maybe {
  return {
    when: condition.startsWith("include") ? `(${condition})` : condition,
    value: helm(expression),
  };
}
