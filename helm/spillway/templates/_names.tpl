{{/* Names, labels and images. A name is 45 characters at most: the longest suffix and a Service's 63. */}}

{{- define "spillway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- define "spillway.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes of a release: Kubernetes lets nobody change a Deployment's selector. */}}
{{- define "spillway.selectorLabels" -}}
app.kubernetes.io/name: {{ include "spillway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{/* dict "root" $ "component" "server" "extra" {}: the later ones win, so that no key is there twice. */}}
{{- define "spillway.labels" -}}
{{- $labels := dict
  "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" (toString .root.Chart.AppVersion)
  "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $fixed := dict
  "app.kubernetes.io/name" (include "spillway.name" .root)
  "app.kubernetes.io/instance" .root.Release.Name
  "app.kubernetes.io/component" .component -}}
{{- mustMergeOverwrite (dict) $labels .root.Values.commonLabels (.extra | default dict) $fixed | toYaml -}}
{{- end -}}

{{/* The same of a pod: nothing that changes with the chart's version. */}}
{{- define "spillway.podLabels" -}}
{{- mustMergeOverwrite (dict) .Values.commonLabels .Values.podLabels (include "spillway.selectorLabels" . | fromYaml) | toYaml -}}
{{- end -}}

{{- define "spillway.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The image with spillway-sim. A digest of the server's image is not its. */}}
{{- define "spillway.testImage" -}}
{{- $server := .Values.image -}}
{{- $image := dict
  "repository" (.Values.test.image.repository | default (printf "%s-test" $server.repository))
  "tag" (.Values.test.image.tag | default $server.tag)
  "digest" .Values.test.image.digest -}}
{{- include "spillway.image" (dict "root" . "image" $image) -}}
{{- end -}}

{{/* dict "root" $ "name" "grpc": what the port speaks, for a Service. */}}
{{- define "spillway.appProtocol" -}}
{{- $said := index .root.Values.service.appProtocol .name | default "" -}}
{{- if ne $said "auto" -}}{{ $said }}
{{- else if eq .name "grpc" -}}{{ ternary "" "grpc" (eq (include "spillway.grpcTls" .root) "true") }}
{{- else -}}{{ ternary "https" "http" (eq (include "spillway.openaiTls" .root) "true") }}
{{- end -}}
{{- end -}}

{{- define "spillway.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "spillway.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "spillway.configMapName" -}}
{{- .Values.existingConfigMap.name | default (include "spillway.fullname" .) -}}
{{- end -}}

{{- define "spillway.configPath" -}}
/etc/spillway/config/{{ if .Values.existingConfigMap.name }}{{ .Values.existingConfigMap.key }}{{ else }}config.yaml{{ end }}
{{- end -}}
