// What stands around Spillway in tests: a certificate, nginx for TLS, spillway-server, a gRPC client.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

// Below the ports that systems give away, so that nobody gets it before nginx does.
async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

// A certificate for 127.0.0.1 that is its own authority; returns its file. Its key is in key.pem.
export function makeCertificate(workshop) {
  const [certificate, key] = [workshop.path('certificate.pem'), workshop.path('key.pem')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  args.push('-subj', '/CN=spillway-test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate);
  execFileSync('openssl', args, { stdio: 'pipe' });
  return certificate;
}

// One process without privileges to give up; everything it writes goes to the temporary directory.
const nginxConfig = (directory, port, upstream) => `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/nginx-error.log warn;
events { worker_connections 256; }
http {
  log_format tls '$ssl_protocol $status $request_method $request_uri';
  access_log ${directory}/nginx-access.log tls;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${directory}/certificate.pem;
    ssl_certificate_key ${directory}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      # Streams go on as they come, and one that breaks off is passed on as broken.
      proxy_http_version 1.1;
      proxy_buffering off;
    }
  }
}
`;

// Puts TLS in front of `upstream`, a port. `saw` waits until the last line of its access log, which nginx writes after
// it has answered, is one like `pattern`.
export async function startNginx(workshop, upstream) {
  const caFile = makeCertificate(workshop);
  const port = await freePort();
  writeFileSync(workshop.path('nginx.conf'), nginxConfig(workshop.directory, port, upstream));
  const program = ['/usr/sbin/nginx'].find(existsSync) ?? 'nginx';
  const args = ['-e', workshop.path('nginx-error.log'), '-p', workshop.directory, '-c', workshop.path('nginx.conf')];
  await workshop.start('nginx', program, args, () => handshakes(port, caFile));
  const lastLine = () => readFileSync(workshop.path('nginx-access.log'), 'utf8').trim().split('\n').at(-1);
  const saw = async (pattern) => {
    for (let i = 0; i < 100 && !pattern.test(lastLine()); ++i) await sleep(20);
    assert.match(lastLine(), pattern);
  };
  return { url: `https://127.0.0.1:${port}`, caFile, saw };
}

async function handshakes(port, caFile) {
  const socket = connect({ port, host: '127.0.0.1', ca: readFileSync(caFile) });
  await once(socket, 'secureConnect');
  socket.destroy();
  return true;
}

function serving(log) {
  const line = log.split('\n').find((text) => text.includes('"event":"serving"'));
  return line && JSON.parse(line);
}

// Starts spillway-server with `config`; returns what it says of its listeners.
export async function startServer(workshop, config, environment) {
  // JSON is YAML, too.
  writeFileSync(workshop.path('spillway.yaml'), JSON.stringify(config, null, 2));
  const program = join(process.env.SPILLWAY_BIN_DIR, 'spillway-server');
  const ready = () => serving(workshop.log('spillway-server'));
  const env = { ...process.env, ...environment };
  await workshop.start('spillway-server', program, ['--config', workshop.path('spillway.yaml')], ready, { env });
  return ready();
}

// The same; returns a client of its RouterService.
export async function startSpillway(workshop, config, environment) {
  const { grpc_port: port } = await startServer(workshop, config, environment);
  return new Caller(port);
}

class Caller {
  #service;

  constructor(port) {
    const includeDirs = [join(process.env.SPILLWAY_SOURCE_DIR, 'proto')];
    const options = { includeDirs, keepCase: true, longs: Number, enums: String, defaults: true };
    const definition = protoLoader.loadSync('spillway/v1/router.proto', options);
    const { RouterService } = grpc.loadPackageDefinition(definition).spillway.v1;
    this.#service = new RouterService(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  // The answer, and the metadata before it as a plain object. Throws grpc-js's ServiceError.
  chat(request) {
    return new Promise((resolve, reject) => {
      let metadata = {};
      const deadline = new Date(Date.now() + 15_000);
      const call = this.#service.Chat(request, { deadline }, (error, response) =>
        error ? reject(error) : resolve({ response, metadata }),
      );
      call.on('metadata', (received) => (metadata = received.getMap()));
    });
  }

  // All there was to see of a streamed call: its events, in order, the metadata before them, and grpc-js's ServiceError
  // unless it ended well.
  streamChat(request) {
    return new Promise((resolve) => {
      const seen = { events: [], metadata: {}, error: undefined };
      // The status may be heard of before the last event.
      let open = 2;
      const close = () => --open || resolve(seen);
      const call = this.#service.StreamChat(request, { deadline: new Date(Date.now() + 15_000) });
      call.on('metadata', (received) => (seen.metadata = received.getMap()));
      call.on('data', (event) => seen.events.push(event));
      call.on('error', (error) => (seen.error = error));
      call.on('end', close);
      call.on('status', close);
    });
  }

  close() {
    this.#service.close();
  }
}

// google.protobuf.Struct of a plain object.
export const toStruct = (object) => ({
  fields: Object.fromEntries(Object.entries(object).map(([name, value]) => [name, toValue(value)])),
});

function toValue(value) {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } };
  if (typeof value === 'object') return { structValue: toStruct(value) };
  return { [`${typeof value === 'boolean' ? 'bool' : typeof value}Value`]: value };
}
