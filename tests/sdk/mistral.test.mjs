import assert from 'node:assert/strict';

import { Mistral } from '@mistralai/mistralai';
import * as errors from '@mistralai/mistralai/models/errors';

import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('mistral');
const retryConfig = { strategy: 'none' };
const options = { apiKey: KEYS.mistral, serverURL: simulated.url, timeoutMs: 10_000, retryConfig };
const client = new Mistral(options);
const model = 'mistral-small-latest';
const user = (content) => ({ role: 'user', content });
const complete = (body, how) =>
  client.chat.complete({ model, messages: [user(ask.TEST_QUESTION)], ...body }, how);

simulated.test('answers in text, and counts its tokens', async () => {
  const messages = [{ role: 'system', content: 'Be brief.' }, user(ask.TEST_QUESTION)];
  const answer = await complete({ messages, temperature: 0.5, topP: 0.9, maxTokens: 100, randomSeed: 1 });
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, model);
  assert.equal(answer.choices[0].message.content, ask.TEST_ANSWER);
  assert.equal(answer.choices[0].finishReason, 'stop');
  const { promptTokens, completionTokens, totalTokens } = answer.usage;
  assert.ok(promptTokens > 0 && completionTokens > 0);
  assert.equal(totalTokens, promptTokens + completionTokens);
});

simulated.test('stops at a limit', async () => {
  assert.equal((await complete({ maxTokens: 1 })).choices[0].finishReason, 'length');
});

simulated.test('calls a tool, and goes on with its result', async () => {
  const tools = [{ type: 'function', function: ask.WEATHER }];
  const question = user(ask.WEATHER_QUESTION);
  const first = await complete({ messages: [question], tools });
  assert.equal(first.choices[0].finishReason, 'tool_calls');
  const [call] = first.choices[0].message.toolCalls;
  assert.match(call.id, /^[A-Za-z0-9]{9}$/);
  assert.equal(call.function.name, ask.WEATHER.name);
  assert.deepEqual(JSON.parse(call.function.arguments), ask.WEATHER_ARGUMENTS);

  const said = { ...first.choices[0].message, role: 'assistant' };
  const result = { role: 'tool', toolCallId: call.id, name: ask.WEATHER.name, content: ask.WEATHER_RESULT };
  const second = await complete({ messages: [question, said, result], tools });
  assert.equal(second.choices[0].finishReason, 'stop');
  assert.ok(second.choices[0].message.content);
});

// A stream's chunks put together as a choice.
async function streamed(body) {
  const choice = { text: '', toolCalls: [] };
  for await (const { data } of await client.chat.stream({ model, messages: [user(ask.TEST_QUESTION)], ...body })) {
    const [{ delta, finishReason }] = data.choices;
    choice.text += delta.content ?? '';
    choice.toolCalls.push(...(delta.toolCalls ?? []));
    choice.finishReason ??= finishReason ?? undefined;
    choice.usage = data.usage;
  }
  return choice;
}

simulated.test('streams what the whole answer says', async () => {
  const text = await streamed();
  const whole = await complete();
  assert.equal(text.text, ask.TEST_ANSWER);
  assert.equal(text.finishReason, 'stop');
  assert.deepEqual(text.usage, whole.usage);

  const tools = [{ type: 'function', function: ask.WEATHER }];
  const call = await streamed({ messages: [user(ask.WEATHER_QUESTION)], tools });
  assert.equal(call.finishReason, 'tool_calls');
  assert.equal(call.toolCalls[0].function.name, ask.WEATHER.name);
  assert.deepEqual(JSON.parse(call.toolCalls[0].function.arguments), ask.WEATHER_ARGUMENTS);
});

simulated.test('answers in the shape of a JSON schema', async () => {
  const jsonSchema = { name: 'person', strict: true, schemaDefinition: ask.PERSON_SCHEMA };
  const answer = await complete({ responseFormat: { type: 'json_schema', jsonSchema } });
  assert.deepEqual(JSON.parse(answer.choices[0].message.content), ask.PERSON);
});

simulated.test('thinks in parts of its content', async () => {
  const { content } = (await complete({ reasoningEffort: 'high' })).choices[0].message;
  assert.deepEqual(content.map(({ type }) => type), ['thinking', 'text']);
  assert.equal(content[1].text, ask.TEST_ANSWER);
});

for (const [fault, Class, status, words] of [
  ['rate_limited', errors.SDKError, 429, /Rate limit exceeded/],
  ['quota', errors.SDKError, 402, /subscription/],
  ['invalid_key', errors.SDKError, 401, /Invalid API Key/],
  ['permission', errors.SDKError, 403, /no access/],
  ['model_not_found', errors.SDKError, 400, /Invalid model/],
  ['context_length', errors.SDKError, 400, /too large/],
  ['invalid_request', errors.HTTPValidationError, 422, /seed/],
  ['overloaded', errors.SDKError, 429, /capacity exceeded/],
  ['server_error', errors.SDKError, 500, /Internal server error/],
]) {
  simulated.test(`raises ${Class.name} for ${fault}`, async () => {
    const error = await simulated.errorOf(fault, () => complete());
    assert.equal(error.constructor, Class, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.statusCode, status);
    assert.match(error.body, words);
  });
}

simulated.test("the SDK's own retry gets through when the limit is over", async () => {
  await simulated.script({ fault: 'rate_limited', times: 1 });
  const backoff = { initialInterval: 10, maxInterval: 20, exponent: 1, maxElapsedTime: 5000 };
  const retries = { strategy: 'backoff', backoff };
  const { result, requests } = await simulated.watch(() => complete({}, { retries }));
  assert.equal(result.choices[0].message.content, ask.TEST_ANSWER);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
});

simulated.test('a wrong key is a 401', async () => {
  const stranger = new Mistral({ ...options, apiKey: ask.WRONG_KEY });
  const error = await errorOf(() => stranger.chat.complete({ model, messages: [user(ask.TEST_QUESTION)] }));
  assert.ok(error instanceof errors.MistralError, error);
  assert.equal(error.statusCode, 401);
});

simulated.test('a model that does not exist is a 400 that says so', async () => {
  const error = await errorOf(() => complete({ model: 'mistral-none' }));
  assert.equal(error.statusCode, 400);
  assert.equal(JSON.parse(error.body).type, 'invalid_model');
});

simulated.test('a request that is wrong is an HTTPValidationError that names the field', async () => {
  const error = await errorOf(() => complete({ temperature: 7 }));
  assert.ok(error instanceof errors.HTTPValidationError, error);
  assert.deepEqual(error.detail[0].loc, ['body', 'temperature']);
});
