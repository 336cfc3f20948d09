// What a test asks of the simulator that with_simulator.mjs started.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const ports = JSON.parse(process.env.SPILLWAY_SIM_PORTS);

async function control(path, init) {
  const answer = await fetch(`http://${ports.control}${path}`, init);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text);
}

// The personality of that name.
export class Simulated {
  constructor(name) {
    this.name = name;
    this.url = `https://${ports[name]}`;
  }

  // A test whose name says whose it is: the report does not tell files apart.
  test(fact, body) {
    test(`${this.name}: ${fact}`, body);
  }

  async script(steps) {
    await control(`/personalities/${this.name}/script`, {
      method: 'PUT',
      body: JSON.stringify({ steps: [].concat(steps), then: 'ok' }),
    });
  }

  // What `call` does, and the requests it took. Nobody else may be calling.
  async watch(call) {
    const before = await this.latest();
    const result = await call();
    return { result, requests: await this.#log(before) };
  }

  // The error that `call` throws when it meets `fault`; only one request may have been made of it.
  async errorOf(fault, call) {
    await this.script(fault);
    const { result, requests } = await this.watch(() => errorOf(call));
    await this.script([]);
    assert.equal(requests.length, 1, 'requests made');
    return result;
  }

  // The number of its latest request; 0: it has had none.
  async latest() {
    return (await this.#log(0)).at(-1)?.seq ?? 0;
  }

  // What the log has of the request of that number by now.
  async entry(seq) {
    const [entry] = await this.#log(seq - 1);
    return entry;
  }

  #log(since) {
    return control(`/log?personality=${this.name}&since=${since}`);
  }
}

// The error that `call` throws.
export async function errorOf(call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    return error;
  }
  assert.fail(`no error but ${JSON.stringify(answer)}`);
}
