import assert from 'node:assert/strict';

import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { Door } from './door.mjs';
import { testDoor } from './door_tests.mjs';
import * as ask from './questions.mjs';
import { errorOf } from './simulator.mjs';

const door = new Door('openai');
const connect = ({ key = door.key, retries = 0, timeout = 10_000 } = {}) =>
  new OpenAI({ apiKey: key, baseURL: door.url, maxRetries: retries, timeout, fetch: door.fetch });
const plain = connect();

const user = (content) => ({ role: 'user', content });
const usageOf = (usage) => usage && { input: usage.prompt_tokens, output: usage.completion_tokens };
const Person = z.object({ name: z.string(), age: z.number().int(), tags: z.array(z.string()) });

const client = {
  async whole(question, options) {
    const { model, headers, signal } = options;
    const body = { model, messages: [user(question)] };
    const call = connect(options).chat.completions.create(body, { headers, signal });
    const { data, response } = await call.withResponse();
    const [{ message, finish_reason }] = data.choices;
    const told = Object.fromEntries(response.headers);
    const { model: answered, usage } = data;
    return { text: message.content, finish: finish_reason, usage: usageOf(usage), model: answered, headers: told };
  },

  async *stream(question, { model, key, headers, signal }) {
    const body = { model, messages: [user(question)], stream: true, stream_options: { include_usage: true } };
    const call = connect({ key }).chat.completions.create(body, { headers, signal });
    const { data, response } = await call.withResponse();
    const answer = { headers: Object.fromEntries(response.headers) };
    for await (const chunk of data) {
      answer.model = chunk.model;
      if (chunk.usage) answer.usage = usageOf(chunk.usage);
      for (const { delta, finish_reason } of chunk.choices) {
        answer.finish = finish_reason ?? answer.finish;
        yield delta.content ?? '';
      }
    }
    return answer;
  },

  async toolLoop(streamed) {
    const given = [];
    const run = (args) => {
      given.push(args);
      return ask.WEATHER_RESULT;
    };
    const tools = [{ type: 'function', function: { ...ask.WEATHER, parse: JSON.parse, function: run } }];
    const body = { model: door.model, messages: [user(ask.WEATHER_QUESTION)], tools, stream: streamed };
    return { text: await plain.chat.completions.runTools(body).finalContent(), given };
  },

  async person() {
    const response_format = zodResponseFormat(Person, 'person');
    const answer = await plain.chat.completions.parse({ model: door.model, messages: [user('Who?')], response_format });
    return answer.choices[0].message.parsed;
  },

  async image(url) {
    const parts = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url } }];
    const answer = await plain.chat.completions.create({ model: door.model, messages: [user(parts)] });
    return answer.choices[0].message.content;
  },

  facts({ status, code, message, headers }) {
    return { status, code, message, headers: headers && Object.fromEntries(headers) };
  },
  isAbort: (error) => error instanceof OpenAI.APIUserAbortError,
  isTimeout: (error) => error instanceof OpenAI.APIConnectionTimeoutError,
};

testDoor(door, client);

door.test('gets errors of its own classes', async () => {
  const call = (options, model = door.lone) => () => client.whole(ask.TEST_QUESTION, { model, ...options });
  const expected = [
    [OpenAI.BadRequestError, 'invalid_request', call()],
    [OpenAI.AuthenticationError, 'ok', call({ key: ask.WRONG_KEY })],
    [OpenAI.NotFoundError, 'ok', call({}, 'gpt-none')],
    [OpenAI.RateLimitError, 'rate_limited', call()],
    [OpenAI.RateLimitError, 'quota', call()],
    [OpenAI.InternalServerError, 'overloaded', call()],
    // A provider's 401 is for Spillway's operator, not for the caller.
    [OpenAI.InternalServerError, 'invalid_key', call()],
  ];
  for (const [Class, fault, run] of expected) {
    const error = await door.meeting(fault, () => errorOf(run));
    assert.equal(error.constructor, Class, `${fault}: ${error.message}`);
    assert.ok(error.requestID, `${fault}: no request id`);
    assert.ok(error.type, `${fault}: no type`);
  }
});

door.test('knows the id of its request', async () => {
  const body = { model: door.model, messages: [user(ask.TEST_QUESTION)] };
  const answer = await plain.chat.completions.create(body, { headers: { 'x-request-id': 'asked-5678' } });
  assert.equal(answer._request_id, 'asked-5678');
  assert.ok((await plain.chat.completions.create(body))._request_id);
});

door.test('is told of tokens in a stream only when it asks', async () => {
  const messages = [user(ask.TEST_QUESTION)];
  const usages = [];
  const stream = await plain.chat.completions.create({ model: door.model, messages, stream: true });
  for await (const chunk of stream) {
    assert.ok(chunk.choices.length > 0);
    usages.push(chunk.usage);
  }
  assert.deepEqual(usages.filter(Boolean), []);
});

door.test('gets several choices, whole and streamed', async () => {
  const body = { model: door.model, messages: [user(ask.TEST_QUESTION)], n: 2 };
  const streamed = await plain.chat.completions.stream(body).finalChatCompletion();
  for (const { choices } of [await plain.chat.completions.create(body), streamed]) {
    assert.deepEqual(choices.map(({ index }) => index), [0, 1]);
    for (const { message } of choices) assert.equal(message.content, ask.TEST_ANSWER);
  }
});

door.test('lists the models, and shows one', async () => {
  const ids = [];
  for await (const { id, object } of plain.models.list()) {
    assert.equal(object, 'model');
    ids.push(id);
  }
  assert.ok(ids.includes(door.model) && ids.includes(door.lone), ids);
  assert.equal((await plain.models.retrieve(door.model)).id, door.model);
  assert.equal((await errorOf(() => plain.models.retrieve('gpt-none'))).constructor, OpenAI.NotFoundError);
});
