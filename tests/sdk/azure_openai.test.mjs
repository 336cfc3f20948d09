import assert from 'node:assert/strict';

import OpenAI, { AzureOpenAI } from 'openai';

import { testChat, testFaults } from './openai_chat.mjs';
import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('azure');
const deployment = 'my-gpt';
const options = { apiKey: KEYS.azure, endpoint: simulated.url, apiVersion: '2024-10-21', deployment, maxRetries: 0 };
const client = new AzureOpenAI(options);
const chat = { model: deployment, messages: [{ role: 'user', content: ask.TEST_QUESTION }] };

testChat(client, simulated, { model: deployment, answeredModel: 'gpt-4o-2024-08-06' });

testFaults(client, simulated, {
  model: deployment,
  faults: [
    ['rate_limited', OpenAI.RateLimitError, 429, '429'],
    ['invalid_key', OpenAI.AuthenticationError, 401, '401'],
    ['permission', OpenAI.PermissionDeniedError, 403, '403'],
    ['model_not_found', OpenAI.NotFoundError, 404, 'DeploymentNotFound'],
    ['context_length', OpenAI.BadRequestError, 400, 'context_length_exceeded'],
    ['content_filter', OpenAI.BadRequestError, 400, 'content_filter'],
    ['overloaded', OpenAI.InternalServerError, 503, ''],
    ['server_error', OpenAI.InternalServerError, 500, ''],
  ],
});

simulated.test('the URL names deployment and version, the header the key', async () => {
  const { requests } = await simulated.watch(() => client.chat.completions.create(chat));
  assert.equal(requests[0].path, `/openai/deployments/${deployment}/chat/completions?api-version=2024-10-21`);
  assert.match(requests[0].headers['api-key'], /^sha256:/);
});

simulated.test('the v1 URLs are for the plain OpenAI class', async () => {
  const plain = new OpenAI({ apiKey: KEYS.azure, baseURL: `${simulated.url}/openai/v1`, maxRetries: 0 });
  const answer = await plain.chat.completions.create(chat);
  assert.equal(answer.choices[0].message.content, ask.TEST_ANSWER);
});

simulated.test('an Entra token is a bearer token', async () => {
  const token = async () => KEYS.azure;
  const entra = new AzureOpenAI({ ...options, apiKey: undefined, azureADTokenProvider: token });
  const answer = await entra.chat.completions.create(chat);
  assert.equal(answer.choices[0].message.content, ask.TEST_ANSWER);
});

simulated.test('answers tell what the content filter thought of them', async () => {
  const answer = await client.chat.completions.create(chat);
  assert.equal(answer.choices[0].content_filter_results.hate.filtered, false);
});

simulated.test('a wrong key is an AuthenticationError', async () => {
  const stranger = new AzureOpenAI({ ...options, apiKey: ask.WRONG_KEY });
  const error = await errorOf(() => stranger.chat.completions.create(chat));
  assert.ok(error instanceof OpenAI.AuthenticationError, error);
  assert.equal(error.code, '401');
});

simulated.test('a deployment that does not exist is a NotFoundError', async () => {
  const error = await errorOf(() =>
    new AzureOpenAI({ ...options, deployment: 'none' }).chat.completions.create({ ...chat, model: 'none' }),
  );
  assert.ok(error instanceof OpenAI.NotFoundError, error);
  assert.equal(error.code, 'DeploymentNotFound');
});
