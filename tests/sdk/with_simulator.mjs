// Runs `node --test FILES` beside a simulator. A program of its own, because Node reads NODE_EXTRA_CA_CERTS only
// when it starts, and the simulator makes its authority when *it* starts.
//
// SPILLWAY_BIN_DIR: where spillway-sim is.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SIMULATOR_CONFIG } from './personalities.mjs';
import { Workshop } from './process.mjs';

const workshop = new Workshop('sdk');
let tests;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests?.kill(signal));

try {
  writeFileSync(workshop.path('config.json'), JSON.stringify(SIMULATOR_CONFIG));
  const ports = workshop.path('ports.json');
  const ca = workshop.path('ca.pem');
  await workshop.start(
    'spillway-sim',
    join(process.env.SPILLWAY_BIN_DIR, 'spillway-sim'),
    ['--config', workshop.path('config.json'), '--ca-out', ca, '--ports-out', ports],
    () => existsSync(ports),
  );
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca, SPILLWAY_SIM_PORTS: readFileSync(ports, 'utf8') };
  const args = ['--test', '--test-reporter=spec', '--test-timeout=30000', ...process.argv.slice(2)];
  tests = spawn(process.execPath, args, { stdio: 'inherit', env });
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await workshop.end();
}
