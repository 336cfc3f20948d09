// curl: what a shell, a health check or a person at a terminal sends.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';

import { Door, keep, left } from './door.mjs';
import { ANSWERED_MODEL, LIMITED_KEY, LIMITED_MODEL } from './door_config.mjs';
import * as ask from './questions.mjs';

const door = new Door('curl');
const user = (content) => ({ role: 'user', content });
const messages = [user(ask.TEST_QUESTION)];

const headerOf = (line) => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
};

// Runs curl; {exit, status, headers, body, connects}.
function curl(path, ...args) {
  const write = '\n%{json}';
  const all = ['--silent', '--show-error', '--max-time', '10', '--include', '--write-out', write, ...args];
  if (process.env.DOOR_CA) all.push('--cacert', process.env.DOOR_CA);
  return new Promise((resolve) => {
    const url = path.startsWith('/') ? `${new URL(door.url).origin}${path}` : `${door.url}/${path}`;
    execFile('curl', [...all, url], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const end = stdout.lastIndexOf('\n');
      const told = JSON.parse(stdout.slice(end + 1));
      const output = stdout.slice(0, end);
      // Of several heads (100 Continue, what --retry saw) the last.
      const at = output.lastIndexOf('HTTP/1.');
      const split = output.indexOf('\r\n\r\n', at);
      const lines = output.slice(at, split).split('\r\n').slice(1);
      const headers = Object.fromEntries(lines.map(headerOf));
      const body = output.slice(split + 4);
      resolve({ exit: error?.code ?? 0, stderr, status: told.http_code, headers, body, told });
    });
  });
}

const bearer = (key) => ['--header', `Authorization: Bearer ${key}`];
const withKey = bearer(door.key);

// A chat call, as OpenAI's own examples have it.
async function chat(body, args = withKey, path = 'chat/completions') {
  const request = { model: door.model, messages, ...body };
  const json = ['--header', 'Content-Type: application/json', '--data', JSON.stringify(request)];
  const answer = await curl(path, ...args, ...json);
  record(answer, request, 'POST', new URL(`${door.url}/chat/completions`).pathname);
  return answer;
}

function record({ status, headers, body }, request, method, path) {
  if (!status) return;
  keep({ client: door.client, method, path, request, status, type: headers['content-type'] ?? '', answer: body });
}

const events = (text) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data);

function checkError({ status, headers, body }, expected, code) {
  assert.equal(status, expected, body);
  assert.match(headers['content-type'], /^application\/json/);
  const { error } = JSON.parse(body);
  assert.equal(error.code, code);
  assert.ok(error.message.length > 5 && error.type, body);
  assert.ok(headers['x-request-id'], 'no request id');
  return error;
}

door.test('is answered', async () => {
  const { status, headers, body } = await chat({});
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^application\/json/);
  const answer = JSON.parse(body);
  assert.equal(answer.object, 'chat.completion');
  assert.match(answer.id, /^chatcmpl-/);
  assert.equal(answer.model, ANSWERED_MODEL);
  assert.equal(answer.choices[0].message.content, ask.TEST_ANSWER);
});

door.test('is answered whatever it says its data are, at either path, by either header, with a query', async () => {
  const body = JSON.stringify({ model: door.model, messages });
  const ways = [
    ['/v1/chat/completions', withKey],
    ['/chat/completions', withKey],
    ['/v1/chat/completions/', withKey],
    ['/v1/chat/completions?api-version=2024-10-21', ['--header', `api-key: ${door.key}`]],
    ['/v1/chat/completions', [...withKey, '--http1.0']],
    ['/v1/chat/completions', [...withKey, '--header', 'Transfer-Encoding: chunked']],
    ['/v1/chat/completions', [...withKey, '--header', 'Expect: 100-continue']],
  ];
  for (const [path, args] of ways) {
    const answer = await curl(path, ...args, '--data', body);
    assert.equal(answer.status, 200, `${path} ${args}: ${answer.body}`);
    assert.equal(JSON.parse(answer.body).choices[0].message.content, ask.TEST_ANSWER);
  }
});

door.test('streams', async () => {
  const { status, headers, body } = await chat({ stream: true, stream_options: { include_usage: true } });
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/event-stream/);
  assert.equal(headers['cache-control'], 'no-cache');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['x-spillway-endpoint'], door.first.name);
  const data = events(body);
  assert.equal(data.pop(), '[DONE]');
  const chunks = data.map((text) => JSON.parse(text));
  assert.equal(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size, 1);
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  const usage = chunks.pop();
  assert.deepEqual(usage.choices, []);
  assert.ok(usage.usage.total_tokens > 0);
  for (const chunk of chunks) assert.equal(chunk.usage, null);
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? '').join(''), ask.TEST_ANSWER);
});

door.test('streams over HTTP/1.0, whose bodies end with the connection', async () => {
  const { exit, status, headers, body } = await chat({ stream: true }, [...withKey, '--http1.0']);
  assert.equal(exit, 0);
  assert.equal(status, 200);
  assert.equal(headers['transfer-encoding'], undefined);
  assert.equal(events(body).at(-1), '[DONE]');
});

door.test('calls a tool, and goes on with its result', async () => {
  const tools = [{ type: 'function', function: ask.WEATHER }];
  const question = user(ask.WEATHER_QUESTION);
  const first = JSON.parse((await chat({ messages: [question], tools })).body).choices[0];
  assert.equal(first.finish_reason, 'tool_calls');
  const [call] = first.message.tool_calls;
  assert.deepEqual(JSON.parse(call.function.arguments), ask.WEATHER_ARGUMENTS);
  const result = { role: 'tool', tool_call_id: call.id, content: ask.WEATHER_RESULT };
  const second = await chat({ messages: [question, first.message, result], tools });
  assert.equal(JSON.parse(second.body).choices[0].finish_reason, 'stop', second.body);
  const streamed = events((await chat({ messages: [question], tools, stream: true })).body).slice(0, -1);
  const deltas = streamed.flatMap((data) => JSON.parse(data).choices[0].delta.tool_calls ?? []);
  assert.equal(deltas[0].function.name, ask.WEATHER.name);
  assert.deepEqual(JSON.parse(deltas.map((delta) => delta.function.arguments).join('')), ask.WEATHER_ARGUMENTS);
});

door.test('gets what fits a JSON schema, and shows an image', async () => {
  const json_schema = { name: 'person', strict: true, schema: ask.PERSON_SCHEMA };
  const { body } = await chat({ messages: [user('Who?')], response_format: { type: 'json_schema', json_schema } });
  assert.deepEqual(JSON.parse(JSON.parse(body).choices[0].message.content), ask.PERSON);
  const image_url = { url: 'https://example.com/cat.png', detail: 'low' };
  const shown = await chat({ messages: [user([{ type: 'text', text: 'What?' }, { type: 'image_url', image_url }])] });
  assert.equal(shown.status, 200, shown.body);
});

// curl asks for leave to send what is above 1 MiB.
door.test('sends a few megabytes', async () => {
  const request = JSON.stringify({ model: door.model, messages: [user('x'.repeat(3 << 20))] });
  const args = [...withKey, '--header', 'Content-Type: application/json', '--data-binary', '@-'];
  const answer = await new Promise((resolve) => {
    const all = ['--silent', '--max-time', '10', '--write-out', '%{http_code}', '--output', '/dev/null', ...args];
    if (process.env.DOOR_CA) all.push('--cacert', process.env.DOOR_CA);
    const child = execFile('curl', [...all, `${door.url}/chat/completions`], (error, stdout) => resolve(stdout));
    child.stdin.end(request);
  });
  assert.equal(answer, '200');
});

door.test('asks twice over one connection', async () => {
  const body = JSON.stringify({ model: door.model, messages });
  const both = await curl('chat/completions', ...withKey, '--data', body, `${door.url}/chat/completions`);
  assert.equal(both.status, 200);
  assert.equal(both.told.num_connects, 0);
});

door.test('lists the models, shows one, asks for a head alone', async () => {
  const list = await curl('models', ...withKey);
  record(list, undefined, 'GET', '/v1/models');
  const { object, data } = JSON.parse(list.body);
  assert.equal(object, 'list');
  const ids = data.map(({ id }) => id);
  assert.ok(ids.includes(door.model), list.body);
  const one = await curl(`models/${door.model}`, ...withKey);
  record(one, undefined, 'GET', `/v1/models/${door.model}`);
  assert.equal(JSON.parse(one.body).id, door.model);
  checkError(await curl('models/gpt-none', ...withKey), 404, 'model_not_found');
  const limited = JSON.parse((await curl('models', ...bearer(LIMITED_KEY))).body);
  assert.deepEqual(limited.data.map(({ id }) => id), [LIMITED_MODEL]);
  const head = await curl('models', ...withKey, '--head');
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], list.headers['content-length']);
});

door.test('is told what is wrong, in OpenAI\'s form', async () => {
  const none = await chat({}, []);
  checkError(none, 401, 'invalid_api_key');
  assert.match(none.headers['www-authenticate'], /^Bearer/);
  checkError(await chat({}, bearer(ask.WRONG_KEY)), 401, 'invalid_api_key');
  checkError(await chat({}, bearer(LIMITED_KEY)), 403, 'model_not_allowed');
  checkError(await chat({ model: 'gpt-none' }), 404, 'model_not_found');
  checkError(await curl('embeddings', ...withKey, '--data', '{}'), 404, 'unknown_url');
  const get = await curl('chat/completions', ...withKey);
  assert.equal(get.status, 405);
  assert.match(get.headers.allow, /POST/);
  assert.equal((await curl('chat/completions', ...withKey, '--data', '{"model":')).status, 400);
  assert.equal(checkError(await chat({ messages: 'none' }), 400, 'invalid_request').param, 'messages');
  const refused = await door.meeting('invalid_request', () => chat({}));
  assert.match(checkError(refused, 400, 'unsupported_parameter').message, /Unsupported parameter: 'stop'/);
  const empty = await door.meeting('quota', () => chat({ model: door.lone }));
  checkError(empty, 429, 'insufficient_quota');
  checkError(await door.meeting('overloaded', () => chat({ model: door.lone })), 503, 'all_targets_failed');
  checkError(await door.meeting('overloaded', () => chat({ model: door.lone, stream: true })), 503, 'all_targets_failed');
});

door.test('is told when its deadline was too near', async () => {
  const args = [...withKey, '--header', 'x-spillway-timeout-ms: 2000'];
  const call = () => door.first.watch(() => chat({ model: door.lone }, args));
  const { result, requests } = await door.meeting('silence', call);
  checkError(result, 504, 'deadline_exceeded');
  await left(door.first, requests);
  assert.equal((await chat({}, [...withKey, '--header', 'x-spillway-timeout-ms: soon'])).status, 400);
});

door.test('comes back after Retry-After', async () => {
  const started = Date.now();
  const step = { fault: 'rate_limited', retry_after: '1', times: 1 };
  const call = () => door.first.watch(() => chat({ model: door.lone }, [...withKey, '--retry', '1']));
  const { result, requests } = await door.meeting(step, call);
  assert.equal(result.status, 200, result.body);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
  assert.ok(Date.now() - started >= 1000, 'came back before it was time');
});

for (const fault of ['cut', 'cut:abort=true', 'error_event:class=server_error', 'garbage_event', 'no_finish']) {
  door.test(`is left with a broken transfer by ${fault}`, async () => {
    const steps = fault === 'no_finish' ? fault : `${fault}:after=2`;
    const { exit, status, body } = await door.meeting(steps, () => chat({ stream: true }));
    assert.equal(status, 200);
    // "Transfer closed with outstanding read data remaining".
    assert.equal(exit, 18, body);
    const data = events(body);
    assert.ok(data.length >= 2 && !data.includes('[DONE]'), body);
    assert.ok(JSON.parse(data.at(-1)).error.message, body);
  });
}

for (const [fault, stream] of [['silence', false], ['silence', true], ['stall:after=2', true]]) {
  door.test(`leaves, and so does Spillway: ${fault}${stream ? ', streamed' : ''}`, async () => {
    const call = () => door.first.watch(() => chat({ stream }, [...withKey, '--max-time', '2']));
    const { result, requests } = await door.meeting(fault, call);
    assert.equal(result.exit, 28);
    await left(door.first, requests);
  });
}

door.test('is told who served it, under the id it gave', async () => {
  const served = await door.meeting('overloaded', () => chat({}, [...withKey, '--header', 'x-request-id: asked-9']));
  assert.equal(served.headers['x-request-id'], 'asked-9');
  assert.equal(served.headers['x-spillway-endpoint'], door.second.name);
  assert.equal(served.headers['x-spillway-provider'], 'openai');
  assert.equal(served.headers['x-spillway-model'], 'gpt-4o');
  assert.equal(served.headers['x-spillway-policy'], door.model);
  assert.equal(served.headers['x-spillway-attempts'], '2');
  assert.match(served.headers['x-spillway-upstream-latency-ms'], /^\d/);
  assert.match(served.headers['x-spillway-router-latency-ms'], /^\d/);
});
