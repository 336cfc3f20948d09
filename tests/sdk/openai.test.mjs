import assert from 'node:assert/strict';

import OpenAI from 'openai';
import { LengthFinishReasonError } from 'openai/error';

import { testChat, testFaults } from './openai_chat.mjs';
import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('openai');
const options = { apiKey: KEYS.openai, baseURL: `${simulated.url}/v1`, maxRetries: 0, timeout: 10_000 };
const client = new OpenAI(options);
const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: ask.TEST_QUESTION }] };

testChat(client, simulated, { model: 'gpt-4o', answeredModel: 'gpt-4o-2024-08-06' });

testFaults(client, simulated, {
  model: 'gpt-4o',
  faults: [
    ['rate_limited', OpenAI.RateLimitError, 429, 'rate_limit_exceeded'],
    ['quota', OpenAI.RateLimitError, 429, 'insufficient_quota'],
    ['invalid_key', OpenAI.AuthenticationError, 401, 'invalid_api_key'],
    ['permission', OpenAI.PermissionDeniedError, 403, 'model_not_allowed'],
    ['model_not_found', OpenAI.NotFoundError, 404, 'model_not_found'],
    ['context_length', OpenAI.BadRequestError, 400, 'context_length_exceeded'],
    ['content_filter', OpenAI.BadRequestError, 400, 'content_filter'],
    ['invalid_request', OpenAI.BadRequestError, 400, 'unsupported_parameter'],
    ['overloaded', OpenAI.InternalServerError, 503, ''],
    ['server_error', OpenAI.InternalServerError, 500, ''],
    ['bad_gateway', OpenAI.InternalServerError, 502, ''],
  ],
});

simulated.test('a wrong key is an AuthenticationError', async () => {
  const stranger = new OpenAI({ ...options, apiKey: ask.WRONG_KEY });
  const error = await errorOf(() => stranger.chat.completions.create(chat));
  assert.ok(error instanceof OpenAI.AuthenticationError, error);
  assert.equal(error.code, 'invalid_api_key');
});

simulated.test('a model that does not exist is a NotFoundError', async () => {
  const error = await errorOf(() => client.chat.completions.create({ ...chat, model: 'gpt-none' }));
  assert.ok(error instanceof OpenAI.NotFoundError, error);
  assert.equal(error.code, 'model_not_found');
  assert.match(error.requestID, /^req_/);
});

simulated.test('a request that is wrong is a BadRequestError that names the field', async () => {
  const error = await errorOf(() => client.chat.completions.create({ ...chat, temperature: 7 }));
  assert.ok(error instanceof OpenAI.BadRequestError, error);
  assert.equal(error.param, 'temperature');
});

simulated.test("the SDK's own retry gets through when the limit is over", async () => {
  await simulated.script({ fault: 'rate_limited', retry_after_ms: 10, times: 1 });
  const { result, requests } = await simulated.watch(() => client.chat.completions.create(chat, { maxRetries: 1 }));
  assert.equal(result.choices[0].message.content, ask.TEST_ANSWER);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
});

simulated.test('an answer cut short is an error', async () => {
  const limit = { type: 'json_object' };
  const call = () => client.chat.completions.parse({ ...chat, max_tokens: 1, response_format: limit });
  assert.ok((await errorOf(call)) instanceof LengthFinishReasonError);
});

simulated.test('lists its models, and shows one', async () => {
  const { data } = await client.models.list();
  assert.deepEqual(data.map(({ id }) => id), ['gpt-4o']);
  assert.equal((await client.models.retrieve('gpt-4o')).object, 'model');
});

simulated.test('connections that break are an APIConnectionError', async () => {
  const error = await simulated.errorOf('reset', () => client.chat.completions.create(chat));
  assert.equal(error.constructor, OpenAI.APIConnectionError);
});

simulated.test('a certificate of another authority is refused: the rest is verified TLS', async () => {
  const stranger = new OpenAI({ ...options, baseURL: `${new Simulated('untrusted').url}/v1` });
  const error = await errorOf(() => stranger.chat.completions.create(chat));
  assert.equal(error.constructor, OpenAI.APIConnectionError);
  assert.match(JSON.stringify(reasons(error)), /CERT|certificate/i);
});

// The chain of causes, as text.
function reasons(error) {
  return error ? [`${error.code ?? ''} ${error.message}`, ...reasons(error.cause)] : [];
}
