// Spillway's own calls, answered by a mock this project did not write: gRPC client -> spillway-server -> TLS (nginx) ->
// aimock, once for each API that aimock speaks. aimock reads requests in all of them back into OpenAI's form, so that
// its journal says what another reader understood of what Spillway wrote. It checks the key of each request.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import grpc from '@grpc/grpc-js';

import * as aimock from './aimock.mjs';
import { APIS, CALL, CLOCK_CALL, ERRORS, FAILURES, USAGE } from './aimock.mjs';
import { nextOf, policyOf, targetOf, textOf, user } from './aimock.mjs';
import * as ask from './questions.mjs';
import { toStruct } from './stage.mjs';

// For each API three kinds of model: NAME is answered by it, NAME/ERROR by the next one after the error, and
// NAME/stranger is asked for with a wrong key.
const POLICIES = APIS.flatMap((api, i) => [
  policyOf(api.name, [targetOf(api)]),
  ...Object.keys(ERRORS).map((error) =>
    policyOf(`${api.name}/${error}`, [{ endpoint: api.name, model: error }, targetOf(nextOf(i))]),
  ),
  policyOf(`${api.name}/stranger`, [{ endpoint: `${api.name}-stranger`, model: api.model }]),
]);

let scene, mock, nginx, caller;
before(async () => {
  scene = await aimock.startScene(POLICIES);
  ({ mock, nginx, caller } = scene);
});
after(() => scene?.end());

const testOf = (model) => ({ model, messages: [user(ask.TEST_QUESTION)] });

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
      assert.equal(response.route.attempts[0].failure, FAILURES[status]);
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
