{{/* Parts of the server's pod. */}}

{{/* dict "root" $ "name" "startup" "path" "/livez": how, and how often. */}}
{{- define "spillway.probe" -}}
{{- $type := .root.Values.probes.type -}}
{{- $tls := include "spillway.grpcTls" .root -}}
{{- if and (eq $type "grpc") $tls -}}
{{- fail "probes.type is grpc, but the gRPC listener has TLS, which the kubelet's gRPC probe does not speak: set probes.type to auto or http" -}}
{{- end -}}
{{- if or (eq .name "liveness") (eq $type "http") (and (eq $type "auto") $tls) -}}
httpGet: {path: {{ .path }}, port: admin}
{{- else -}}
grpc: {port: {{ .root.Values.ports.grpc }}}
{{- end }}
{{ index .root.Values.probes .name | toYaml }}
{{- end -}}

{{- define "spillway.volumeMounts" -}}
- {name: config, mountPath: /etc/spillway/config, readOnly: true}
{{- if .Values.existingSecret }}
- {name: secrets, mountPath: /etc/spillway/secrets, readOnly: true}
{{- end }}
{{- range $name, $tls := .Values.tls }}
{{- if $tls.existingSecret }}
- {name: {{ printf "tls-%s" (kebabcase $name) }}, mountPath: {{ printf "/etc/spillway/tls/%s" (kebabcase $name) }}, readOnly: true}
{{- end }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* dict "root" $ "config" "NAME": whole folders, never subPath: Kubernetes brings those up to date while the pod runs. */}}
{{- define "spillway.volumes" -}}
- name: config
  configMap: {name: {{ .config }}}
{{- with .root }}
{{- if .Values.existingSecret }}
- name: secrets
  secret: {secretName: {{ .Values.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- range $name, $tls := .Values.tls }}
{{- if $tls.existingSecret }}
- name: {{ printf "tls-%s" (kebabcase $name) }}
  secret: {secretName: {{ $tls.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "spillway.env" -}}
{{- with .Values.extraEnv }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or .Values.existingSecretEnv .Values.extraEnvFrom }}
envFrom:
  {{- if .Values.existingSecretEnv }}
  - secretRef: {name: {{ .Values.existingSecret }}}
  {{- end }}
  {{- with .Values.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Constraints without a selector are about the release's pods, and count only those of the same revision. */}}
{{- define "spillway.spread" -}}
{{- $spread := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $constraint := deepCopy . -}}
{{- if not (hasKey $constraint "labelSelector") -}}
{{- $_ := set $constraint "labelSelector" (dict "matchLabels" (include "spillway.selectorLabels" $ | fromYaml)) -}}
{{- if not (hasKey $constraint "matchLabelKeys") -}}{{- $_ := set $constraint "matchLabelKeys" (list "pod-template-hash") -}}{{- end -}}
{{- end -}}
{{- $spread = append $spread $constraint -}}
{{- end -}}
{{- toYaml $spread -}}
{{- end -}}

{{/*
How many pods; empty: not ours to say. With an autoscaler, as many as there are: Kubernetes would take a number that disappears from a
release for 1. Who renders without a cluster (`helm template`, Argo CD) leaves it out: there, a number would be set again and again.
*/}}
{{- define "spillway.replicas" -}}
{{- if not (or .Values.autoscaling.enabled .Values.keda.enabled) -}}{{ .Values.replicas }}
{{- else -}}
{{- $deployments := lookup "apps/v1" "Deployment" .Release.Namespace "" -}}
{{- if $deployments -}}
{{- $replicas := ternary .Values.autoscaling .Values.keda .Values.autoscaling.enabled | dig "minReplicas" 1 | int -}}
{{- range $deployments.items -}}
{{- if eq .metadata.name (include "spillway.fullname" $) -}}{{- $replicas = int .spec.replicas -}}{{- end -}}
{{- end -}}
{{- $replicas -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A pod that does one thing, for helm: it runs where the server would. */}}
{{- define "spillway.hookPod" -}}
restartPolicy: Never
serviceAccountName: {{ include "spillway.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 5
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- end -}}

{{/* What is tested and asked is what is installed. */}}
{{- define "spillway.serverImage" -}}
image: {{ include "spillway.image" (dict "root" . "image" .Values.image) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end -}}
