// What a test of the door asks with_door.mjs's stage for.

import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { KEY, MODEL } from './door_config.mjs';
import { Simulated } from './simulator.mjs';

// The door as the client of that name (one of door_config.mjs) meets it.
export class Door {
  url = process.env.DOOR_URL;
  key = KEY;

  // `title`: what reports call it.
  constructor(client, title = client) {
    this.client = client;
    this.title = title;
    this.first = new Simulated(`${client}-first`);
    this.second = new Simulated(`${client}-second`);
    // Fails over from `first` to `second`.
    this.model = `${MODEL}-${client}`;
    // Has only `first`.
    this.lone = `${this.model}-lone`;
  }

  // A test whose name says whose it is.
  test(fact, body) {
    test(`${this.title}: ${fact}`, body);
  }

  // What `call` does while the first provider plays `steps`.
  async meeting(steps, call) {
    await this.first.script(steps);
    try {
      return await call();
    } finally {
      await this.first.script([]);
    }
  }

  // fetch, writing down what went and came, for check_description.mjs.
  fetch = async (input, init) => {
    const request = new Request(input, init);
    const record = { client: this.client, method: request.method, path: new URL(request.url).pathname };
    if (typeof init?.body === 'string') record.request = JSON.parse(init.body);
    const response = await fetch(input, init);
    record.status = response.status;
    record.type = response.headers.get('content-type');
    const { status, statusText, headers } = response;
    return new Response(ReadableStream.from(recorded(response.body, record)), { status, statusText, headers });
  };
}

// An exchange: {client, method, path, request (parsed), status, type, answer (text)}.
export function keep(record) {
  appendFileSync(process.env.DOOR_EXCHANGES, `${JSON.stringify(record)}\n`);
}

// Lets bytes through, and keeps `record` with all of them however they end.
async function* recorded(body, record) {
  const pieces = [];
  try {
    for await (const piece of body) {
      pieces.push(piece);
      yield piece;
    }
  } finally {
    keep({ ...record, answer: Buffer.concat(pieces).toString() });
  }
}

// Waits until the provider has had a request after that number.
export async function asked(simulated, before) {
  const patience = Date.now() + 5000;
  while ((await simulated.latest()) === before) {
    assert.ok(Date.now() < patience, 'the provider was not asked');
    await sleep(20);
  }
}

// Waits until the provider has seen the last of `requests` leave.
export async function left(simulated, requests) {
  const { seq } = requests.at(-1);
  const patience = Date.now() + 5000;
  while (Date.now() < patience) {
    const entry = await simulated.entry(seq);
    if (entry.peer_closed_ms !== null) return entry;
    assert.ok(!entry.done, 'the provider was done before anybody left');
    await sleep(20);
  }
  assert.fail('the connection to the provider was not closed');
}
