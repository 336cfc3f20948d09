{{/* Parts of `helm test`. */}}

{{- define "spillway.testLabels" -}}
app.kubernetes.io/name: {{ include "spillway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end -}}

{{/* dict "root" $ "name" "chat" "weight" 0 */}}
{{- define "spillway.testMeta" -}}
name: {{ include "spillway.fullname" .root }}-test-{{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "spillway.labels" (dict "root" .root "component" "test") | nindent 2 }}
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  # Since Helm 3.18: what they said is printed, before they go.
  helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
{{- end -}}

{{- define "spillway.testLimits" -}}
resources:
  {{- toYaml .Values.test.resources | nindent 2 }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end -}}

{{/* dict "root" $ "args" […] "delay" 0: simulated providers as a sidecar. On all addresses: the kubelet looks whether it listens. */}}
{{- define "spillway.testSim" -}}
- name: sim
  image: {{ include "spillway.testImage" .root }}
  imagePullPolicy: {{ .root.Values.test.image.pullPolicy | default .root.Values.image.pullPolicy }}
  restartPolicy: Always
  command: [/usr/bin/spillway-sim]
  args:
    {{- toYaml .args | nindent 4 }}
  ports:
    - {name: sim, containerPort: 18080}
  startupProbe:
    tcpSocket: {port: 18080}
    initialDelaySeconds: {{ .delay }}
    periodSeconds: 1
    failureThreshold: 30
  {{- include "spillway.testLimits" .root | nindent 2 }}
{{- end -}}

{{/* A model that the configuration serves in production; empty: none is known. The later wins: any, at a primary endpoint; the last policy; …; the first. */}}
{{- define "spillway.firstModel" -}}
{{- $config := include "spillway.known" . | fromYaml -}}
{{- $model := "" -}}
{{- range $config.endpoints -}}
{{- if and .primary (eq (toString (.environment | default "production")) "production") -}}{{- $model = "any-model" -}}{{- end -}}
{{- end -}}
{{- range $config.policies | default list | reverse -}}
{{- if and .production (ne (toString .name) "helm-test") -}}{{- $model = ternary "any-model" (toString .model) (eq (toString .model) "*") -}}{{- end -}}
{{- end -}}
{{- .Values.test.model | default $model -}}
{{- end -}}

{{/* "true" if the test shows a client's certificate: where the listener asks for one, as far as is known. */}}
{{- define "spillway.testCertificate" -}}
{{- if and .Values.test.tlsSecret (include "spillway.grpcTls" .) -}}
{{- $asks := dig "server" "grpc" "tls" "client_ca_file" "" (include "spillway.known" . | fromYaml) -}}
{{- if or .Values.existingConfigMap.name $asks -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* The model to ask the release about; empty: there is none to ask about, or nobody to ask as. */}}
{{- define "spillway.testModel" -}}
{{- $config := include "spillway.known" . | fromYaml -}}
{{- $nobody := and $config.callers (not .Values.test.existingSecret) (not (include "spillway.testCertificate" .)) -}}
{{- $ca := .Values.test.tlsSecret | default .Values.tls.grpc.existingSecret -}}
{{- $stranger := and (include "spillway.grpcTls" .) (or (not $ca) (and .Values.tls.grpc.clientCa (not .Values.test.tlsSecret))) -}}
{{- if or $nobody $stranger -}}
{{- else if .Values.test.throughRelease -}}helm-test
{{- else -}}{{- include "spillway.firstModel" . -}}
{{- end -}}
{{- end -}}

{{/* Flags of `spillway` to reach the release, and the files they need. */}}
{{- define "spillway.testServerArgs" -}}
- --server
- {{ printf "%s.%s.svc:%d" (include "spillway.fullname" .) .Release.Namespace (int .Values.service.ports.grpc) }}
{{- if include "spillway.grpcTls" . }}
- --tls-ca
- /etc/spillway/test/ca.crt
{{- if include "spillway.testCertificate" . }}
- --tls-cert
- /etc/spillway/test/tls.crt
- --tls-key
- /etc/spillway/test/tls.key
{{- end }}
{{- end }}
{{- end -}}
