// One SDK, three ways in: AI Studio (a key), Vertex (a token, projects and locations in the path) and Vertex's express
// mode (a key).

import assert from 'node:assert/strict';

import { ApiError, GoogleGenAI, Type } from '@google/genai';
import { OAuth2Client } from 'google-auth-library';

import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('gemini');
const model = 'gemini-2.5-flash';
const httpOptions = { baseUrl: simulated.url, timeout: 10_000, retryOptions: { attempts: 1 } };
const studioOf = (apiKey, more) => new GoogleGenAI({ apiKey, httpOptions, ...more });

function vertexOf(token) {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token });
  const place = { project: 'my-project', location: 'europe-west4' };
  return new GoogleGenAI({ enterprise: true, ...place, googleAuthOptions: { authClient }, httpOptions });
}

const studio = studioOf(KEYS.gemini);
const express = new GoogleGenAI({ enterprise: true, apiKey: KEYS.gemini, httpOptions });
const studioBeta = studioOf(KEYS.gemini, { apiVersion: 'v1beta' });
const forms = { studio, 'studio v1beta': studioBeta, vertex: vertexOf(KEYS.gemini), express };

const generate = (body, by = studio) =>
  by.models.generateContent({ model, contents: ask.TEST_QUESTION, ...body });

for (const [form, client] of Object.entries(forms)) {
  simulated.test(`${form} answers in text, and counts its tokens`, async () => {
    const config = { systemInstruction: 'Be brief.', temperature: 0.5, topP: 0.9, topK: 40, maxOutputTokens: 100 };
    const answer = await generate({ config }, client);
    assert.equal(answer.text, ask.TEST_ANSWER);
    assert.equal(answer.candidates[0].finishReason, 'STOP');
    assert.equal(answer.modelVersion, model);
    const { promptTokenCount, candidatesTokenCount, totalTokenCount } = answer.usageMetadata;
    assert.ok(promptTokenCount > 0 && candidatesTokenCount > 0);
    assert.equal(totalTokenCount, promptTokenCount + candidatesTokenCount);
  });

  // A chat gives back what the model said as it came: gemini-3 refuses calls without their signatures.
  for (const chatModel of ['gemini-2.5-flash', 'gemini-3-pro']) {
    simulated.test(`${form} ${chatModel} calls a tool, and goes on with its result`, async () => {
      const { name, description, parameters } = ask.WEATHER;
      const functionDeclarations = [{ name, description, parametersJsonSchema: parameters }];
      const chat = client.chats.create({ model: chatModel, config: { tools: [{ functionDeclarations }] } });
      const first = await chat.sendMessage({ message: ask.WEATHER_QUESTION });
      assert.deepEqual(first.functionCalls.map((call) => [call.name, call.args]), [[name, ask.WEATHER_ARGUMENTS]]);

      const { id } = first.functionCalls[0];
      const functionResponse = { id, name, response: { output: ask.WEATHER_RESULT } };
      const second = await chat.sendMessage({ message: [{ functionResponse }] });
      assert.equal(second.functionCalls, undefined);
      assert.ok(second.text);
    });
  }

  simulated.test(`${form} streams what the whole answer says`, async () => {
    const { name, description, parameters } = ask.WEATHER;
    const tools = [{ functionDeclarations: [{ name, description, parametersJsonSchema: parameters }] }];
    for (const contents of [ask.TEST_QUESTION, ask.WEATHER_QUESTION]) {
      const whole = await generate({ contents, config: { tools } }, client);
      const chunks = [];
      for await (const chunk of await client.models.generateContentStream({ model, contents, config: { tools } }))
        chunks.push(chunk);
      const parts = chunks.flatMap(({ candidates }) => candidates[0].content.parts ?? []);
      assert.equal(parts.map(({ text }) => text ?? '').join(''), whole.text ?? '');
      assert.deepEqual(parts.flatMap(({ functionCall }) => functionCall ?? []), whole.functionCalls ?? []);
      assert.equal(chunks.at(-1).candidates[0].finishReason, 'STOP');
      assert.deepEqual(chunks.at(-1).usageMetadata, whole.usageMetadata);
    }
  });

  simulated.test(`${form} answers in the shape of a schema, JSON's or its own`, async () => {
    const config = { responseMimeType: 'application/json', responseJsonSchema: ask.PERSON_SCHEMA };
    assert.deepEqual(JSON.parse((await generate({ config }, client)).text), ask.PERSON);
    const properties = { name: { type: Type.STRING }, age: { type: Type.INTEGER } };
    const own = { responseMimeType: 'application/json', responseSchema: { type: Type.OBJECT, properties } };
    assert.deepEqual(JSON.parse((await generate({ config: own }, client)).text), { name: 'example', age: 1 });
  });
}

simulated.test('stops at a limit', async () => {
  const answer = await generate({ config: { maxOutputTokens: 1 } });
  assert.equal(answer.candidates[0].finishReason, 'MAX_TOKENS');
});

simulated.test('shows its thoughts apart from its answer', async () => {
  const answer = await generate({ config: { thinkingConfig: { includeThoughts: true } } });
  assert.ok(answer.candidates[0].content.parts.some(({ thought }) => thought));
  assert.equal(answer.text, ask.TEST_ANSWER);
});

for (const [fault, code, status] of [
  ['rate_limited', 429, 'RESOURCE_EXHAUSTED'],
  ['quota', 429, 'RESOURCE_EXHAUSTED'],
  ['invalid_key', 400, 'INVALID_ARGUMENT'],
  ['permission', 403, 'PERMISSION_DENIED'],
  ['model_not_found', 404, 'NOT_FOUND'],
  ['context_length', 400, 'INVALID_ARGUMENT'],
  ['invalid_request', 400, 'INVALID_ARGUMENT'],
  ['overloaded', 503, 'UNAVAILABLE'],
  ['server_error', 500, 'INTERNAL'],
]) {
  simulated.test(`raises ApiError for ${fault}`, async () => {
    const error = await simulated.errorOf(fault, () => generate());
    assert.equal(error.constructor, ApiError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.status, code);
    assert.equal(JSON.parse(error.message).error.status, status);
  });
}

simulated.test('raises an error that comes in mid-stream', async () => {
  const read = async () => {
    for await (const chunk of await studio.models.generateContentStream({ model, contents: 'hi' })) assert.ok(chunk);
  };
  // The SDK knows an error by what one read brings.
  const error = await simulated.errorOf('error_event:after=2:pause_ms=1000', read);
  assert.match(error.message, /UNAVAILABLE/);
});

simulated.test('a blocked prompt is an answer without candidates', async () => {
  await simulated.script('content_filter');
  const answer = await generate();
  await simulated.script([]);
  assert.equal(answer.text, undefined);
  assert.ok(answer.promptFeedback.blockReason);
});

simulated.test("the SDK's own retry gets through when the limit is over", async () => {
  await simulated.script({ fault: 'rate_limited', times: 1 });
  const retryOptions = { attempts: 2, initialDelay: 0.01, jitter: 0 };
  const patient = new GoogleGenAI({ apiKey: KEYS.gemini, httpOptions: { ...httpOptions, retryOptions } });
  const { result, requests } = await simulated.watch(() => generate({}, patient));
  assert.equal(result.text, ask.TEST_ANSWER);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
});

simulated.test('a wrong key is a 400 in AI Studio and a 401 in Vertex', async () => {
  const studioError = await errorOf(() => generate({}, studioOf(ask.WRONG_KEY)));
  assert.equal(studioError.status, 400);
  assert.match(studioError.message, /API_KEY_INVALID/);
  const vertexError = await errorOf(() => generate({}, vertexOf(ask.WRONG_KEY)));
  assert.equal(vertexError.status, 401);
});

simulated.test('a model that does not exist is a 404', async () => {
  const error = await errorOf(() => generate({ model: 'gemini-none' }));
  assert.ok(error instanceof ApiError, error);
  assert.equal(error.status, 404);
});

simulated.test('a request that is wrong is a 400', async () => {
  const error = await errorOf(() => generate({ config: { temperature: 7 } }));
  assert.equal(error.status, 400);
});

simulated.test('paths and headers are those of each form', async () => {
  const method = `models/${model}:generateContent`;
  const place = 'projects/my-project/locations/europe-west4/publishers/google';
  for (const [form, path, header] of [
    ['studio', `/v1/${method}`, 'x-goog-api-key'],
    ['studio v1beta', `/v1beta/${method}`, 'x-goog-api-key'],
    ['vertex', `/v1beta1/${place}/${method}`, 'authorization'],
    ['express', `/v1beta1/publishers/google/${method}`, 'x-goog-api-key'],
  ]) {
    const { requests } = await simulated.watch(() => generate({}, forms[form]));
    assert.equal(requests[0].path, path);
    assert.ok(requests[0].headers[header], `${form} sends ${header}`);
  }
});
