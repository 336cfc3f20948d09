// Programs the tests start: each in a directory of its own under the system's temporary one, ended by its id.

import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// A temporary directory and the programs that were started in it; `end` takes both away.
export class Workshop {
  #children = [];

  constructor(name) {
    this.directory = mkdtempSync(join(tmpdir(), `spillway-${name}-`));
    // In case nobody comes to call `end`.
    process.once('exit', () => {
      for (const { child } of this.#children) child.kill('SIGKILL');
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  path(file) {
    return join(this.directory, file);
  }

  // Starts `program`, its output going to NAME.log; resolves once `isReady` (which may throw until then) is true.
  async start(name, program, args, isReady, { env = process.env, seconds = 20 } = {}) {
    const log = openSync(this.path(`${name}.log`), 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log], env });
    closeSync(log);
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', resolve);
    });
    this.#children.push({ child, ended });
    let over = false;
    ended.then(() => (over = true));
    const lastMoment = Date.now() + seconds * 1000;
    while (!(await isTrue(isReady))) {
      if (over || Date.now() > lastMoment) {
        throw new Error(`${name} ${over ? 'ended' : 'is not ready'}:\n${this.log(name)}`);
      }
      await sleep(20);
    }
  }

  log(name) {
    return readFileSync(this.path(`${name}.log`), 'utf8');
  }

  async end() {
    for (const { child, ended } of this.#children.reverse()) {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(patience);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function isTrue(check) {
  try {
    return await check();
  } catch {
    return false;
  }
}
