import assert from 'node:assert/strict';

import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';

import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('anthropic');
const options = { apiKey: KEYS.anthropic, baseURL: simulated.url, maxRetries: 0, timeout: 10_000 };
const client = new Anthropic(options);
const model = 'claude-sonnet-5';
const user = (content) => ({ role: 'user', content });
const create = (body, how) => client.messages.create({ model, max_tokens: 100, ...body }, how);
const createTest = (how) => create({ messages: [user(ask.TEST_QUESTION)] }, how);

simulated.test('answers in text, and counts its tokens', async () => {
  const answer = await create({ system: 'Be brief.', messages: [user(ask.TEST_QUESTION)] });
  assert.equal(answer.type, 'message');
  assert.equal(answer.model, model);
  assert.deepEqual(answer.content.map(({ type, text }) => [type, text]), [['text', ask.TEST_ANSWER]]);
  assert.equal(answer.stop_reason, 'end_turn');
  assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
  assert.match(answer._request_id, /^req_/);
});

simulated.test('stops at a limit and at a sequence', async () => {
  const short = await create({ max_tokens: 1, messages: [user(ask.TEST_QUESTION)] });
  assert.equal(short.stop_reason, 'max_tokens');
  const stopped = await create({ stop_sequences: ['a test'], messages: [user(ask.TEST_QUESTION)] });
  assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', 'a test']);
});

simulated.test('calls a tool, and goes on with its result', async () => {
  const { name, description, parameters } = ask.WEATHER;
  const tools = [{ name, description, input_schema: parameters }];
  const question = user(ask.WEATHER_QUESTION);
  const first = await create({ messages: [question], tools });
  assert.equal(first.stop_reason, 'tool_use');
  const call = first.content.find(({ type }) => type === 'tool_use');
  assert.equal(call.name, name);
  assert.deepEqual(call.input, ask.WEATHER_ARGUMENTS);

  const result = user([{ type: 'tool_result', tool_use_id: call.id, content: ask.WEATHER_RESULT }]);
  const second = await create({ messages: [question, { role: 'assistant', content: first.content }, result], tools });
  assert.equal(second.stop_reason, 'end_turn');
  assert.equal(second.content[0].type, 'text');
});

simulated.test("drives the SDK's own tool loop to its end", async () => {
  const { name, description, parameters: inputSchema } = ask.WEATHER;
  const given = [];
  const run = (args) => {
    given.push(args);
    return ask.WEATHER_RESULT;
  };
  const tools = [betaTool({ name, description, inputSchema, run })];
  const messages = [user(ask.WEATHER_QUESTION)];
  // thread: false sends the whole conversation each turn, as does the API; its beta keeps threads at the server.
  const last = await client.beta.messages.toolRunner({ model, max_tokens: 100, messages, tools, thread: false });
  assert.equal(last.stop_reason, 'end_turn');
  assert.deepEqual(given, [ask.WEATHER_ARGUMENTS]);
});

simulated.test('answers in the shape of a JSON schema', async () => {
  const output_config = { format: jsonSchemaOutputFormat(ask.PERSON_SCHEMA) };
  const answer = await client.messages.parse({ model, max_tokens: 100, messages: [user('Who?')], output_config });
  assert.deepEqual(answer.parsed_output, ask.PERSON);
});

simulated.test('streams what the whole answer says', async () => {
  const { name, description, parameters } = ask.WEATHER;
  const tools = [{ name, description, input_schema: parameters }];
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  for (const body of [
    { messages: [user(ask.TEST_QUESTION)] },
    { messages: [user(ask.WEATHER_QUESTION)], tools },
    { messages: [user(ask.TEST_QUESTION)], thinking, max_tokens: 2048 },
  ]) {
    const whole = await create(body);
    const streamed = await client.messages.stream({ model, max_tokens: 100, ...body }).finalMessage();
    for (const message of [whole, streamed]) delete message.id;
    // A thought names the answer it belongs to.
    const plain = ({ thinking: thought, signature, id, ...rest }) => ({ ...rest, thinks: Boolean(thought && signature) });
    assert.deepEqual(streamed.content.map(plain), whole.content.map(plain));
    for (const member of ['model', 'role', 'stop_reason', 'stop_sequence'])
      assert.deepEqual(streamed[member], whole[member], member);
    assert.equal(streamed.usage.input_tokens, whole.usage.input_tokens);
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
  }
});

simulated.test('raises an error that comes in mid-stream', async () => {
  const read = () => client.messages.stream({ model, max_tokens: 100, messages: [user('hi')] }).finalMessage();
  const error = await simulated.errorOf('error_event:after=2', read);
  assert.match(JSON.stringify(error.error ?? error.message), /overloaded_error/);
  assert.ok(await simulated.errorOf('garbage_event:after=2', read));
});

simulated.test('thinks when it is told to', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const answer = await create({ max_tokens: 2048, thinking, messages: [user(ask.TEST_QUESTION)] });
  assert.deepEqual(answer.content.map(({ type }) => type), ['thinking', 'text']);
});

for (const [fault, Class, status, type] of [
  ['rate_limited', Anthropic.RateLimitError, 429, 'rate_limit_error'],
  ['quota', Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['invalid_key', Anthropic.AuthenticationError, 401, 'authentication_error'],
  ['permission', Anthropic.PermissionDeniedError, 403, 'permission_error'],
  ['model_not_found', Anthropic.NotFoundError, 404, 'not_found_error'],
  ['context_length', Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['invalid_request', Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['overloaded', Anthropic.OverloadedError, 529, 'overloaded_error'],
  ['server_error', Anthropic.InternalServerError, 500, 'api_error'],
]) {
  simulated.test(`raises ${Class.name} for ${fault}`, async () => {
    const error = await simulated.errorOf(fault, createTest);
    assert.equal(error.constructor, Class, `${error.constructor.name}: ${error.message}`);
    assert.deepEqual([error.status, error.type], [status, type]);
    assert.ok(error.apiMessage);
    assert.match(error.requestID, /^req_/);
  });
}

simulated.test("the SDK's own retry gets through when the limit is over", async () => {
  await simulated.script({ fault: 'rate_limited', retry_after_ms: 10, times: 1 });
  const { result, requests } = await simulated.watch(() => createTest({ maxRetries: 1 }));
  assert.equal(result.content[0].text, ask.TEST_ANSWER);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
});

simulated.test('a wrong key is an AuthenticationError', async () => {
  const stranger = new Anthropic({ ...options, apiKey: ask.WRONG_KEY });
  const body = { model, max_tokens: 9, messages: [user(ask.TEST_QUESTION)] };
  const error = await errorOf(() => stranger.messages.create(body));
  assert.ok(error instanceof Anthropic.AuthenticationError, error);
});

simulated.test('a model that does not exist is a NotFoundError', async () => {
  const error = await errorOf(() => create({ model: 'claude-none', messages: [user(ask.TEST_QUESTION)] }));
  assert.ok(error instanceof Anthropic.NotFoundError, error);
  assert.equal(error.apiMessage, 'model: claude-none');
});

simulated.test('a request that is wrong is a BadRequestError', async () => {
  const { name } = ask.WEATHER;
  const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name, input: {} }] };
  const error = await errorOf(() => create({ messages: [user('Call it.'), call, user('And?')] }));
  assert.ok(error instanceof Anthropic.BadRequestError, error);
  assert.match(error.apiMessage, /tool_use/);
});

simulated.test('the version of the SDK takes no temperature, the one before it does', async () => {
  const body = { temperature: 0.5, messages: [user(ask.TEST_QUESTION)] };
  assert.ok((await errorOf(() => create(body))) instanceof Anthropic.BadRequestError);
  const answer = await create(body, { headers: { 'anthropic-version': '2023-06-01' } });
  assert.equal(answer.content[0].text, ask.TEST_ANSWER);
});
