// with_door.mjs [--tls] PROGRAM ARGS…: runs tests beside a simulator and a spillway-server whose OpenAI door leads to
// it.
//
// SPILLWAY_BIN_DIR: where both are. DOOR_EXCHANGES: the file in which tests write down what their clients sent and got,
// for check_description.mjs. Beside these, the tests' environment has DOOR_URL, DOOR_CA (with --tls) and
// SPILLWAY_SIM_PORTS.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SIMULATOR_CONFIG, spillwayConfig } from './door_config.mjs';
import { Workshop } from './process.mjs';
import { makeCertificate, startServer } from './stage.mjs';

const args = process.argv.slice(2);
const tls = args[0] === '--tls' && Boolean(args.shift());
const workshop = new Workshop('door');
let tests;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests?.kill(signal));

async function startSimulator() {
  writeFileSync(workshop.path('sim.json'), JSON.stringify(SIMULATOR_CONFIG));
  const ports = workshop.path('ports.json');
  const program = join(process.env.SPILLWAY_BIN_DIR, 'spillway-sim');
  const files = ['--config', workshop.path('sim.json'), '--ports-out', ports];
  await workshop.start('spillway-sim', program, files, () => existsSync(ports));
  return readFileSync(ports, 'utf8');
}

// Where the door is, as its clients have it.
async function startDoor(ports) {
  const certificate = tls ? makeCertificate(workshop) : undefined;
  const files = tls ? { cert_file: certificate, key_file: workshop.path('key.pem') } : undefined;
  const { config, environment } = spillwayConfig(JSON.parse(ports), files);
  const { openai_port: port } = await startServer(workshop, config, environment);
  return { DOOR_URL: `http${tls ? 's' : ''}://127.0.0.1:${port}/v1`, ...(tls && { DOOR_CA: certificate }) };
}

try {
  const ports = await startSimulator();
  const door = await startDoor(ports);
  writeFileSync(process.env.DOOR_EXCHANGES, '');
  const env = { ...process.env, ...door, SPILLWAY_SIM_PORTS: ports };
  if (tls) env.NODE_EXTRA_CA_CERTS = door.DOOR_CA;
  tests = spawn(args[0], args.slice(1), { stdio: 'inherit', env });
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
  if (process.exitCode !== 0) process.stderr.write(workshop.log('spillway-server'));
} finally {
  await workshop.end();
}
