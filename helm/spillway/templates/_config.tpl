{{/*
The server's configuration: the values' own, with what the chart knows written where it says nothing. What cannot work is
refused here, with words for whoever wrote the values; the rest is spillway-server's to judge.
*/}}

{{/* dict "text" "30s" "where" "…": whole seconds, rounded up. */}}
{{- define "spillway.seconds" -}}
{{- $text := toString .text -}}
{{- if not (regexMatch `^[0-9]+(\.[0-9]+)?(ms|s|m|h)$` $text) -}}
{{- fail (printf "%s: not a duration: %q; write a number and a unit: 1500ms, 30s, 5m or 1h" .where $text) -}}
{{- end -}}
{{- $number := regexFind `^[0-9.]+` $text | float64 -}}
{{- $unit := regexFind `[a-z]+$` $text -}}
{{- if eq $unit "ms" -}}{{- $number = divf $number 1000 -}}
{{- else if eq $unit "m" -}}{{- $number = mulf $number 60 -}}
{{- else if eq $unit "h" -}}{{- $number = mulf $number 3600 -}}{{- end -}}
{{- ceil $number | int64 -}}
{{- end -}}

{{/*
dict "root" $ "section" {…} "key" "address" "path" "server.grpc.address" "port" "grpc": the listener's address, written where there
is none. A dict passed to a template is the dict itself: `set` changes the configuration.
*/}}
{{- define "spillway.listen" -}}
{{- $port := index .root.Values.ports .port | int -}}
{{- $address := get .section .key | toString -}}
{{- if not (hasKey .section .key) -}}
{{- if $port -}}{{- $_ := set .section .key (printf "%s:%d" .root.Values.listenHost $port) -}}{{- end -}}
{{- else -}}
{{- $loopback := regexMatch `^(127\.|localhost:|\[::1\]:)` $address -}}
{{- $written := regexFind `[0-9]+$` $address -}}
{{- if and (eq $port 0) (not (and $loopback (eq .port "adminGrpc"))) -}}
{{- fail (printf "config.%s is %q, but the chart does not know of that port: set ports.%s to %s, and leave config.%s out" .path $address .port ($written | default "the port") .path) -}}
{{- else if and $loopback $port -}}
{{- fail (printf "config.%s is %q, which nobody outside the pod can reach: leave it out, and the chart writes %q" .path $address (printf "%s:%d" .root.Values.listenHost $port)) -}}
{{- else if and $port (ne $written (toString $port)) -}}
{{- fail (printf "config.%s is %q, but ports.%s is %d: leave config.%s out, and the chart writes what ports.%s says" .path $address .port $port .path .port) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* dict "root" $ "section" {…} "key" "tls" "path" "server.grpc.tls" "name" "grpc": its certificate, from a Secret. */}}
{{- define "spillway.listenTls" -}}
{{- $tls := index .root.Values.tls .name -}}
{{- if $tls.existingSecret -}}
{{- $folder := printf "/etc/spillway/tls/%s" (kebabcase .name) -}}
{{- $files := dict "cert_file" (printf "%s/tls.crt" $folder) "key_file" (printf "%s/tls.key" $folder) -}}
{{- if $tls.clientCa -}}{{- $_ := set $files "client_ca_file" (printf "%s/ca.crt" $folder) -}}{{- end -}}
{{- $_ := set .section .key (mustMerge (get .section .key | default dict) $files) -}}
{{- else if $tls.clientCa -}}
{{- fail (printf "tls.%s.clientCa asks clients for certificates, which takes one of the server's own: set tls.%s.existingSecret to a Secret with tls.crt, tls.key and ca.crt" .name .name) -}}
{{- end -}}
{{- end -}}

{{/* dict "in" {…} "key" "grpc" "path" "config.server": the mapping there, made if it is not. */}}
{{- define "spillway.section" -}}
{{- $there := get .in .key -}}
{{- if kindIs "map" $there -}}
{{- else if or (not (hasKey .in .key)) (kindIs "invalid" $there) -}}{{- $_ := set .in .key dict -}}
{{- else -}}{{- fail (printf "%s.%s must be a mapping, not %q" .path .key (toString $there)) -}}
{{- end -}}
{{- end -}}

{{/* Credentials: what would end in a ConfigMap for all to read, or in a server that does not start. */}}
{{- define "spillway.checkCredentials" -}}
{{- $root := .root -}}
{{- $named := list -}}
{{- range $root.Values.extraEnv -}}{{- $named = append $named .name -}}{{- end -}}
{{- $anyName := or $root.Values.existingSecretEnv $root.Values.extraEnvFrom -}}
{{- range $i, $endpoint := .config.endpoints -}}
{{- if kindIs "map" $endpoint -}}
{{- $secrets := dict "api_key" $endpoint.api_key -}}
{{- if kindIs "map" $endpoint.aws -}}
{{- range $part := list "access_key_id" "secret_access_key" "session_token" -}}
{{- $_ := set $secrets (printf "aws.%s" $part) (get $endpoint.aws $part) -}}
{{- end -}}
{{- end -}}
{{- range $field, $secret := $secrets -}}
{{- $where := printf "config.endpoints[%d].%s" $i $field -}}
{{- if and $secret (not (kindIs "map" $secret)) -}}
{{- fail (printf "%s is a value: a ConfigMap, and whoever may read it, would have the secret. Put it into a Secret, name that in existingSecret, and write {file: /etc/spillway/secrets/KEY}" $where) -}}
{{- else if and $secret $secret.env (not $anyName) (not (has $secret.env $named)) -}}
{{- fail (printf "%s is read from the environment variable %s, which nothing sets: put the key into a Secret, name that in existingSecret, and write {file: /etc/spillway/secrets/%s}; or set existingSecretEnv, extraEnv or extraEnvFrom" $where $secret.env $secret.env) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (contains "/etc/spillway/secrets/" (toJson .config)) (not $root.Values.existingSecret) -}}
{{- $mounted := false -}}
{{- range $root.Values.extraVolumeMounts -}}
{{- if hasPrefix "/etc/spillway/secrets" .mountPath -}}{{- $mounted = true -}}{{- end -}}
{{- end -}}
{{- if not $mounted -}}
{{- fail "config reads files below /etc/spillway/secrets/, but existingSecret is empty: name a Secret that has them as keys (kubectl create secret generic spillway-keys --from-literal=KEY=…)" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* For `helm test` through the release: an endpoint at the test pod, and a policy for it. */}}
{{- define "spillway.addHelmTest" -}}
{{- $url := printf "http://%s-test-sim.%s.svc:18080/v1" (include "spillway.fullname" .root) .root.Release.Namespace -}}
{{- $route := dict "failover" (dict "targets" (list (dict "endpoint" "helm-test" "model" "helm-test"))) -}}
{{- $policy := dict "name" "helm-test" "model" "helm-test" "request_timeout" "10s" "production" $route -}}
{{- $additions := dict
  "providers" (dict "name" "helm-test" "api" "openai")
  "endpoints" (dict "name" "helm-test" "provider" "helm-test" "url" $url)
  "policies" $policy -}}
{{- range $list, $item := $additions -}}
{{- range get $.config $list | default list -}}
{{- if and (kindIs "map" .) (eq (toString .name) "helm-test") -}}
{{- fail (printf "test.throughRelease adds `helm-test` to config.%s, which has one already: rename yours" $list) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $.config $list (append (get $.config $list | default list) $item) -}}
{{- end -}}
{{- end -}}

{{/* The whole file, as YAML. */}}
{{- define "spillway.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- include "spillway.section" (dict "in" $config "key" "server" "path" "config") -}}
{{- $server := $config.server -}}
{{- range list "grpc" "admin" -}}{{- include "spillway.section" (dict "in" $server "key" . "path" "config.server") -}}{{- end -}}
{{- if or .Values.ports.openai (hasKey $server "openai") -}}
{{- include "spillway.section" (dict "in" $server "key" "openai" "path" "config.server") -}}
{{- include "spillway.listen" (dict "root" . "section" $server.openai "key" "address" "path" "server.openai.address" "port" "openai") -}}
{{- if not $server.openai.address -}}
{{- fail "config.server.openai is given, but ports.openai is 0: set ports.openai to the port, 8080 say" -}}
{{- end -}}
{{- include "spillway.listenTls" (dict "root" . "section" $server.openai "key" "tls" "name" "openai") -}}
{{- else if .Values.tls.openai.existingSecret -}}
{{- fail "tls.openai.existingSecret is given, but ports.openai is 0: set ports.openai to the port, 8443 say" -}}
{{- end -}}
{{- include "spillway.listen" (dict "root" . "section" $server.grpc "key" "address" "path" "server.grpc.address" "port" "grpc") -}}
{{- include "spillway.listen" (dict "root" . "section" $server.admin "key" "address" "path" "server.admin.address" "port" "admin") -}}
{{- include "spillway.listen" (dict "root" . "section" $server.admin "key" "grpc_address" "path" "server.admin.grpc_address" "port" "adminGrpc") -}}
{{- include "spillway.listenTls" (dict "root" . "section" $server.grpc "key" "tls" "name" "grpc") -}}
{{- include "spillway.listenTls" (dict "root" . "section" $server.admin "key" "grpc_tls" "name" "adminGrpc") -}}
{{- if and .Values.tls.adminGrpc.existingSecret (not $server.admin.grpc_address) -}}
{{- fail "tls.adminGrpc.existingSecret is given, but ports.adminGrpc is 0: set ports.adminGrpc to the port, 9902 say" -}}
{{- end -}}
{{- if and .Values.ports.adminGrpc (not $server.admin.keys) (not (dig "grpc_tls" "client_ca_file" "" $server.admin)) -}}
{{- fail "ports.adminGrpc lets whoever reaches the pods take targets out: give operators keys (config.server.admin.keys) or ask for their certificates (tls.adminGrpc.existingSecret and clientCa). For kubectl exec and port-forward only, leave ports.adminGrpc 0 and set config.server.admin.grpc_address to 127.0.0.1:9902" -}}
{{- end -}}
{{- if and (not (hasKey $server "shutdown_delay")) .Values.shutdown.delaySeconds -}}
{{- $_ := set $server "shutdown_delay" (printf "%ds" (int .Values.shutdown.delaySeconds)) -}}
{{- end -}}
{{- if not (hasKey $server "shutdown_grace") -}}
{{- $_ := set $server "shutdown_grace" (printf "%ds" (int .Values.shutdown.graceSeconds)) -}}
{{- end -}}
{{- if and .Values.test.enabled .Values.test.throughRelease -}}{{- include "spillway.addHelmTest" (dict "root" . "config" $config) -}}{{- end -}}
{{- include "spillway.checkCredentials" (dict "root" . "config" $config) -}}
{{- toYaml $config -}}
{{- end -}}

{{/* What does not depend on single settings. Included once, by the Deployment. */}}
{{- define "spillway.checkValues" -}}
{{- if and .Values.config .Values.existingConfigMap.name -}}
{{- fail "config and existingConfigMap.name are both given: the configuration is either here or there" -}}
{{- else if not (or .Values.config .Values.existingConfigMap.name) -}}
{{- fail "config is empty: Spillway has to be told where calls may go. Start from helm/spillway/README.md, \"A first configuration\", or from a file of examples/" -}}
{{- end -}}
{{- if and .Values.existingConfigMap.name .Values.test.throughRelease -}}
{{- fail "test.throughRelease adds a policy to config, and cannot to an existingConfigMap: leave one of the two" -}}
{{- end -}}
{{- if and .Values.test.throughRelease .Values.config.callers (not .Values.test.existingSecret) (not (include "spillway.testCertificate" .)) -}}
{{- fail "test.throughRelease makes a Chat, and config.callers wants to know whose: set test.existingSecret to a Secret with a caller's key under SPILLWAY_KEY" -}}
{{- end -}}
{{- if and .Values.test.throughRelease (not (and .Values.test.enabled (include "spillway.testModel" .))) -}}
{{- fail "test.throughRelease makes a Chat, which test.enabled must allow; where the gRPC listener has TLS, test.tlsSecret must be a Secret with ca.crt and, for client certificates, tls.crt and tls.key" -}}
{{- end -}}
{{- if and .Values.existingSecretEnv (not .Values.existingSecret) -}}
{{- fail "existingSecretEnv is on, but existingSecret is empty: name the Secret" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled -}}
{{- fail "autoscaling and keda are both enabled: two autoscalers would fight over one Deployment, and KEDA makes one of its own" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled -}}
{{- fail "serviceMonitor and podMonitor are both enabled: every pod would be scraped twice" -}}
{{- end -}}
{{- $taken := dict -}}
{{- range $name, $port := .Values.ports -}}
{{- if $port -}}
{{- $other := get $taken (toString $port) -}}
{{- if $other -}}{{- fail (printf "ports.%s and ports.%s are both %d" $other $name (int $port)) -}}{{- end -}}
{{- $_ := set $taken (toString $port) $name -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The configuration as a dict; of an existingConfigMap nothing is known. */}}
{{- define "spillway.known" -}}
{{- if .Values.existingConfigMap.name -}}{}{{- else -}}{{- include "spillway.config" . -}}{{- end -}}
{{- end -}}

{{/* "true" if the gRPC listener speaks TLS, as far as is known. */}}
{{- define "spillway.grpcTls" -}}
{{- if or .Values.tls.grpc.existingSecret (dig "server" "grpc" "tls" dict (include "spillway.known" . | fromYaml)) -}}true{{- end -}}
{{- end -}}

{{- define "spillway.openaiTls" -}}
{{- if or .Values.tls.openai.existingSecret (dig "server" "openai" "tls" dict (include "spillway.known" . | fromYaml)) -}}true{{- end -}}
{{- end -}}

{{/*
A digest of the settings that need a restart, and of nothing else: server/config/restart_settings.cc is where the server says which. A
setting that the server gains counts as one until it is left out here. Which certificate a listener has is taken up live; whether
it has one is not.
*/}}
{{- define "spillway.needsRestart" -}}
{{- $server := (include "spillway.known" . | fromYaml).server | default dict -}}
{{- $fixed := omit $server "shutdown_grace" "shutdown_delay" "limits" "metrics" | deepCopy -}}
{{- if $fixed.admin -}}
{{- $_ := set $fixed "admin" (omit $fixed.admin "keys") -}}
{{- if $fixed.admin.grpc_tls -}}{{- $_ := set $fixed.admin "grpc_tls" (not (not $fixed.admin.grpc_tls.client_ca_file)) -}}{{- end -}}
{{- end -}}
{{- if dig "grpc" "tls" dict $fixed -}}{{- $_ := set $fixed.grpc "tls" (not (not $fixed.grpc.tls.client_ca_file)) -}}{{- end -}}
{{- if dig "openai" "tls" dict $fixed -}}{{- $_ := set $fixed.openai "tls" true -}}{{- end -}}
{{- $environment := ternary .Values.existingSecret "" .Values.existingSecretEnv -}}
{{- dict "server" $fixed "environment" $environment | toJson | sha256sum -}}
{{- end -}}

{{/* Seconds from preStop to SIGKILL. */}}
{{- define "spillway.gracePeriod" -}}
{{- $server := (include "spillway.known" . | fromYaml).server | default dict -}}
{{- $delay := int .Values.shutdown.delaySeconds -}}
{{- $grace := int .Values.shutdown.graceSeconds -}}
{{- if $server.shutdown_delay -}}
{{- $delay = include "spillway.seconds" (dict "text" $server.shutdown_delay "where" "config.server.shutdown_delay") | int -}}
{{- end -}}
{{- if $server.shutdown_grace -}}
{{- $grace = include "spillway.seconds" (dict "text" $server.shutdown_grace "where" "config.server.shutdown_grace") | int -}}
{{- end -}}
{{- $preStop := int .Values.shutdown.preStopSleepSeconds -}}
{{- $margin := int .Values.shutdown.marginSeconds -}}
{{- $sum := add $preStop $delay $grace $margin -}}
{{- $given := .Values.terminationGracePeriodSeconds -}}
{{- if kindIs "invalid" $given -}}
{{- $sum -}}
{{- else if lt (int64 $given) $sum -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, but stopping may take %d s: %d of preStop sleep, %d of shutdown_delay, %d of shutdown_grace and %d of margin. Calls would be cut off: leave it out, or shorten `shutdown`" (int64 $given) $sum $preStop $delay $grace $margin) -}}
{{- else -}}
{{- int64 $given -}}
{{- end -}}
{{- end -}}
