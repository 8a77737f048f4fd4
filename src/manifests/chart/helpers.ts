/** The named templates of the chart. */
import { COMPONENT, MESH_LABELS } from "../parts/input.ts";
import { CHART } from "./names.ts";

/**
 * Names are shortened before their end is appended, so that the end, which makes them unique, stays:
 * 63 for a Job, 52 for a CronJob. The hash of the values is for `hooks: none`, where nothing takes
 * the old Job away and a Job cannot be changed.
 */
export function renderHelpers(head: string): string {
  const mesh = MESH_LABELS.map(({ key, value }) => `${key}: ${JSON.stringify(value)}`).join("\n");
  return `{{- /* ${head} */ -}}
{{- define "${CHART}.name" -}}
{{- .Values.nameOverride | default .Release.Name | trunc 37 | trimSuffix "-" -}}
{{- end }}

{{- define "${CHART}.imageId" -}}
{{- regexFind "[0-9a-f]{64}$" .Values.image | default (sha256sum .Values.image) | trunc 10 -}}
{{- end }}

{{- define "${CHART}.jobName" -}}
{{- printf "%s-migrate-%s" (include "${CHART}.name" .) (include "${CHART}.imageId" .) -}}
{{- if eq .Values.hooks "none" -}}
{{- printf "-%s" (omit .Values "image" "global" | toJson | sha256sum | trunc 4) -}}
{{- end -}}
{{- end }}

{{- define "${CHART}.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (printf "%s-migrate" (include "${CHART}.name" .)) -}}
{{- else -}}
{{- .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "${CHART}.labels" -}}
app.kubernetes.io/name: {{ include "${CHART}.name" . }}
app.kubernetes.io/component: ${COMPONENT}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
lockstep.dev/image: {{ include "${CHART}.imageId" . | quote }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "${CHART}.podLabels" -}}
{{ include "${CHART}.labels" . }}
${mesh}
{{- end }}
`;
}
