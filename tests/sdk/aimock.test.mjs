// Spillway's own calls, answered by a mock this project did not write: gRPC client -> spillway-server -> TLS (nginx) ->
// aimock, once for each API that aimock speaks. aimock reads requests in all of them back into OpenAI's form, so that
// its journal says what another reader understood of what Spillway wrote. It checks the key of each request.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { LLMock } from '@copilotkit/aimock';
import grpc from '@grpc/grpc-js';

import { Workshop } from './process.mjs';
import * as ask from './questions.mjs';
import { startNginx, startSpillway, toStruct } from './stage.mjs';

const KEY = 'aimock-key-0123456789abcdef';
const vertex = '/v1/projects/my-project/locations/europe-west4';
const APIS = [
  { name: 'openai', api: 'openai', base: '/v1', model: 'gpt-4o' },
  { name: 'azure', api: 'azure_openai', base: '', fields: { api_version: '2024-10-21' }, model: 'gpt-4o' },
  { name: 'anthropic', api: 'anthropic', base: '', model: 'claude-sonnet-4-5' },
  { name: 'gemini', api: 'gemini', base: '/v1beta', model: 'gemini-2.5-flash' },
  { name: 'vertex', api: 'gemini', base: vertex, model: 'gemini-2.5-flash' },
  { name: 'bedrock', api: 'bedrock', base: '', model: 'anthropic.claude-sonnet-4-5-v1:0' },
  { name: 'mistral', api: 'mistral', base: '/v1', model: 'mistral-small-latest' },
  { name: 'cohere', api: 'cohere', base: '', model: 'command-a-03-2025' },
];
const nextOf = (i) => APIS[(i + 1) % APIS.length];

const USAGE = { prompt_tokens: 11, completion_tokens: 7 };
const CALL = { name: ask.WEATHER.name, arguments: JSON.stringify(ask.WEATHER_ARGUMENTS) };
const CLOCK_CALL = { name: 'get_time', arguments: '{}' };
const ERRORS = { throttled: 429, overloaded: 503, broken: 500 };

const workshop = new Workshop('aimock');
const mock = new LLMock({ port: 0, host: '127.0.0.1', strict: true, auth: { apiKeys: [KEY] } });
let nginx;
let caller;
// An end before `after`: what was started goes with this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

// For each API three kinds of model: NAME is answered by it, NAME/ERROR by the next one after the error, and
// NAME/stranger is asked for with a wrong key.
function configOf(url, ca_file) {
  const endpointOf = ({ name, base, fields }, kind, env) =>
    ({ name: name + kind, provider: name, url: url + base, api_key: { env }, tls: { ca_file }, ...fields });
  const policyOf = (model, ...targets) =>
    ({ name: model.replace('/', '-'), model, production: { failover: { targets } }, request_timeout: '10s' });
  const target = ({ name, model }) => ({ endpoint: name, model });
  return {
    server: { grpc: { address: '127.0.0.1:0' }, admin: { address: '127.0.0.1:0' } },
    providers: APIS.map(({ name, api }) => ({ name, api })),
    endpoints: APIS.flatMap((api) => [endpointOf(api, '', 'KEY'), endpointOf(api, '-stranger', 'WRONG_KEY')]),
    policies: APIS.flatMap((api, i) => [
      policyOf(api.name, target(api)),
      ...Object.keys(ERRORS).map((error) =>
        policyOf(`${api.name}/${error}`, { endpoint: api.name, model: error }, target(nextOf(i))),
      ),
      policyOf(`${api.name}/stranger`, { endpoint: `${api.name}-stranger`, model: api.model }),
    ]),
  };
}

before(async () => {
  for (const [model, status] of Object.entries(ERRORS)) {
    const error = { message: `This model is ${model}.`, type: `${model}_error` };
    mock.on({ model }, { error, status, retryAfter: 1 });
  }
  const weather = { userMessage: ask.WEATHER.name };
  mock.on({ ...weather, hasToolResult: true }, { content: 'It is mild.', usage: USAGE });
  // Of its own aimock ends Gemini's calls with FUNCTION_CALL, which is no word of Google's: that says STOP.
  const google = { ...weather, hasToolResult: false, model: /^gemini/ };
  mock.on(google, { toolCalls: [CALL], finishReason: 'stop', usage: USAGE });
  mock.on({ ...weather, hasToolResult: false }, { toolCalls: [CALL], usage: USAGE });
  mock.on({ userMessage: 'both', hasToolResult: true }, { content: 'It is mild at noon.', usage: USAGE });
  mock.on({ userMessage: 'both', hasToolResult: false }, { toolCalls: [CALL, CLOCK_CALL], usage: USAGE });
  mock.on({ userMessage: ask.TEST_QUESTION }, { content: ask.TEST_ANSWER, usage: USAGE });
  mock.on({ userMessage: 'And then?' }, { content: 'And then it ended.', finishReason: 'length', usage: USAGE });
  await mock.start();
  nginx = await startNginx(workshop, mock.port);
  caller = await startSpillway(workshop, configOf(nginx.url, nginx.caFile), { KEY, WRONG_KEY: ask.WRONG_KEY });
});

after(async () => {
  caller?.close();
  await workshop.end();
  await mock.stop();
});

const user = (content) => ({ role: 'ROLE_USER', content });
const testOf = (model) => ({ model, messages: [user(ask.TEST_QUESTION)] });

// Content as text, whether it came as a string or in parts.
const textOf = (content) =>
  Array.isArray(content) ? content.map(({ text }) => text).join('') : (content ?? '');

function checkUsage({ prompt_tokens, completion_tokens, total_tokens }) {
  assert.deepEqual({ prompt_tokens, completion_tokens, total_tokens }, { ...USAGE, total_tokens: 18 });
}

for (const [i, { name, api, model }] of APIS.entries()) {
  test(`${name} answers in text, and counts its tokens`, async () => {
    const { response, metadata } = await caller.chat({ ...testOf(name), temperature: 0.5, max_tokens: 100 });
    const [{ message, finish_reason }] = response.choices;
    assert.equal(message.role, 'ROLE_ASSISTANT');
    assert.equal(message.content, ask.TEST_ANSWER);
    assert.equal(finish_reason, 'stop');
    checkUsage(response.usage);
    assert.equal(metadata['x-spillway-provider'], name);
    assert.equal(metadata['x-spillway-model'], model);
    assert.equal(metadata['x-spillway-attempts'], '1');
    await nginx.saw(/^TLSv1\.3 200 POST /);
  });

  test(`${name} is told the whole conversation, and its other ends are told apart`, async () => {
    const messages = [
      { role: 'ROLE_SYSTEM', content: 'Be brief.' },
      user('Tell a story.'),
      { role: 'ROLE_ASSISTANT', content: 'Once upon a time.' },
      user('And then?'),
    ];
    const { response } = await caller.chat({ model: name, messages, max_tokens: 100 });
    assert.equal(response.choices[0].finish_reason, 'length');
    assert.deepEqual(
      mock.getLastRequest().body.messages.map(({ role, content }) => [role, textOf(content)]),
      messages.map(({ role, content }) => [role.slice(5).toLowerCase(), content]),
    );
  });

  test(`${name} calls a tool, and goes on with its result`, async () => {
    const { description, parameters } = ask.WEATHER;
    const tools = [{ type: 'function', function: { name: CALL.name, description, parameters: toStruct(parameters) } }];
    const question = user(ask.WEATHER_QUESTION);
    const first = (await caller.chat({ model: name, messages: [question], tools, max_tokens: 100 })).response;
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    checkUsage(first.usage);
    const { message } = first.choices[0];
    const [call] = message.tool_calls;
    assert.ok(call.id);
    assert.equal(call.function.name, CALL.name);
    assert.deepEqual(JSON.parse(call.function.arguments), ask.WEATHER_ARGUMENTS);
    const declared = mock.getLastRequest().body.tools[0].function;
    assert.deepEqual([declared.name, declared.description], [CALL.name, description]);
    // aimock does not read Gemini's newer `parametersJsonSchema`.
    assert.deepEqual(declared.parameters, api === 'gemini' ? undefined : parameters);

    const result = { role: 'ROLE_TOOL', tool_call_id: call.id, content: ask.WEATHER_RESULT };
    const messages = [question, message, result];
    const second = (await caller.chat({ model: name, messages, tools, max_tokens: 100 })).response;
    assert.equal(second.choices[0].message.content, 'It is mild.');
    assert.equal(second.choices[0].finish_reason, 'stop');
    const [, called, answered] = mock.getLastRequest().body.messages;
    assert.equal(called.tool_calls[0].function.name, CALL.name);
    assert.deepEqual(JSON.parse(called.tool_calls[0].function.arguments), ask.WEATHER_ARGUMENTS);
    assert.equal(answered.role, 'tool');
    assert.match(textOf(answered.content), new RegExp(ask.WEATHER_RESULT));
  });

  test(`${name} is told which result is whose`, async () => {
    const tools = [CALL, CLOCK_CALL].map((call) => ({ type: 'function', function: { name: call.name } }));
    const question = user('Use both.');
    const first = (await caller.chat({ model: name, messages: [question], tools, max_tokens: 100 })).response;
    const { message } = first.choices[0];
    assert.deepEqual(message.tool_calls.map((call) => call.function), [CALL, CLOCK_CALL]);
    const results = message.tool_calls.map(({ id, function: { name: called } }) =>
      ({ role: 'ROLE_TOOL', tool_call_id: id, content: `what ${called} says` }));
    const messages = [question, message, ...results];
    const { response } = await caller.chat({ model: name, messages, tools, max_tokens: 100 });
    assert.equal(response.choices[0].message.content, 'It is mild at noon.');
    const [, called, ...answers] = mock.getLastRequest().body.messages;
    assert.deepEqual(answers.map(({ tool_call_id }) => tool_call_id), called.tool_calls.map(({ id }) => id));
    assert.match(textOf(answers[0].content), /what get_weather says/);
    assert.match(textOf(answers[1].content), /what get_time says/);
  });

  const next = nextOf(i).name;
  for (const [error, status] of Object.entries(ERRORS)) {
    test(`${name} ${error}: ${next} answers`, async () => {
      const { response, metadata } = await caller.chat({ ...testOf(`${name}/${error}`), max_tokens: 100 });
      assert.equal(response.choices[0].message.content, ask.TEST_ANSWER);
      assert.equal(metadata['x-spillway-provider'], next);
      const attempts = response.route.attempts.map(({ target, http_status }) => [target.endpoint, http_status]);
      assert.deepEqual(attempts.at(0), [name, status]);
      assert.deepEqual(attempts.at(-1), [next, 200]);
      const expected = { 429: 'FAILURE_RATE_LIMITED', 503: 'FAILURE_OVERLOADED', 500: 'FAILURE_SERVER_ERROR' };
      assert.equal(response.route.attempts[0].failure, expected[status]);
    });
  }

  test(`${name} refuses a wrong key: that is nothing the caller did`, async () => {
    const refusal = caller.chat({ ...testOf(`${name}/stranger`), max_tokens: 100 });
    const error = await refusal.then(
      () => assert.fail('answered'),
      (thrown) => thrown,
    );
    assert.equal(error.code, grpc.status.UNAVAILABLE, error.message);
    await nginx.saw(/^TLSv1\.3 401 POST /);
  });
}
