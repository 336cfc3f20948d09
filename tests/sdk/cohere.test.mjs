import assert from 'node:assert/strict';

import { Cohere, CohereClientV2, CohereError } from 'cohere-ai';

import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('cohere');
const options = { token: KEYS.cohere, environment: simulated.url, maxRetries: 0, timeoutInSeconds: 10 };
const client = new CohereClientV2(options);
const model = 'command-a-03-2025';
const user = (content) => ({ role: 'user', content });
const chat = (body, how) => client.chat({ model, messages: [user(ask.TEST_QUESTION)], ...body }, how);

simulated.test('answers in text, and counts its tokens', async () => {
  const messages = [{ role: 'system', content: 'Be brief.' }, user(ask.TEST_QUESTION)];
  const answer = await chat({ messages, temperature: 0.5, p: 0.9, k: 40, maxTokens: 100, seed: 1 });
  assert.equal(answer.message.role, 'assistant');
  assert.deepEqual(answer.message.content, [{ type: 'text', text: ask.TEST_ANSWER }]);
  assert.equal(answer.finishReason, 'COMPLETE');
  assert.ok(answer.usage.tokens.inputTokens > answer.usage.billedUnits.inputTokens);
  assert.ok(answer.usage.tokens.outputTokens > 0 && answer.usage.billedUnits.outputTokens > 0);
});

simulated.test('stops at a limit and at a sequence', async () => {
  assert.equal((await chat({ maxTokens: 1 })).finishReason, 'MAX_TOKENS');
  assert.equal((await chat({ stopSequences: ['a test'] })).finishReason, 'STOP_SEQUENCE');
});

simulated.test('calls a tool, and goes on with its result', async () => {
  const tools = [{ type: 'function', function: ask.WEATHER }];
  const question = user(ask.WEATHER_QUESTION);
  const first = await chat({ messages: [question], tools });
  assert.equal(first.finishReason, 'TOOL_CALL');
  assert.ok(first.message.toolPlan);
  const [call] = first.message.toolCalls;
  assert.equal(call.function.name, ask.WEATHER.name);
  assert.deepEqual(JSON.parse(call.function.arguments), ask.WEATHER_ARGUMENTS);

  const result = { role: 'tool', toolCallId: call.id, content: ask.WEATHER_RESULT };
  const second = await chat({ messages: [question, first.message, result], tools });
  assert.equal(second.finishReason, 'COMPLETE');
  assert.equal(second.message.content[0].type, 'text');
});

// A stream's events put together as an answer.
async function streamed(body) {
  const answer = { text: '', calls: [] };
  for await (const event of await client.chatStream({ model, messages: [user(ask.TEST_QUESTION)], ...body })) {
    const message = event.delta?.message;
    if (event.type === 'content-delta') answer.text += message.content.text;
    if (event.type === 'tool-call-start') answer.calls.push(message.toolCalls);
    if (event.type === 'tool-call-delta') answer.calls.at(-1).function.arguments += message.toolCalls.function.arguments;
    if (event.type === 'message-end') Object.assign(answer, event.delta);
  }
  return answer;
}

simulated.test('streams what the whole answer says', async () => {
  const text = await streamed();
  assert.equal(text.text, ask.TEST_ANSWER);
  assert.equal(text.finishReason, 'COMPLETE');
  assert.deepEqual(text.usage, (await chat()).usage);

  const tools = [{ type: 'function', function: ask.WEATHER }];
  const call = await streamed({ messages: [user(ask.WEATHER_QUESTION)], tools });
  assert.equal(call.finishReason, 'TOOL_CALL');
  assert.equal(call.calls[0].function.name, ask.WEATHER.name);
  assert.deepEqual(JSON.parse(call.calls[0].function.arguments), ask.WEATHER_ARGUMENTS);
});

simulated.test('tells of an error in mid-stream by how it ends', async () => {
  await simulated.script('error_event:after=2');
  const answer = await streamed();
  await simulated.script([]);
  assert.equal(answer.finishReason, 'ERROR');
  assert.equal(answer.text, 'This is');
});

simulated.test('answers in the shape of a JSON schema', async () => {
  const answer = await chat({ responseFormat: { type: 'json_object', jsonSchema: ask.PERSON_SCHEMA } });
  assert.deepEqual(JSON.parse(answer.message.content[0].text), ask.PERSON);
});

simulated.test('thinks in content of its own', async () => {
  const { message } = await chat({ thinking: { type: 'enabled' } });
  assert.deepEqual(message.content.map(({ type }) => type), ['thinking', 'text']);
});

for (const [fault, Class, status] of [
  ['rate_limited', Cohere.TooManyRequestsError, 429],
  ['quota', CohereError, 402],
  ['invalid_key', Cohere.UnauthorizedError, 401],
  ['permission', Cohere.ForbiddenError, 403],
  ['model_not_found', Cohere.NotFoundError, 404],
  ['context_length', Cohere.BadRequestError, 400],
  ['invalid_request', Cohere.BadRequestError, 400],
  ['overloaded', Cohere.ServiceUnavailableError, 503],
  ['server_error', Cohere.InternalServerError, 500],
]) {
  simulated.test(`raises ${Class.name} for ${fault}`, async () => {
    const error = await simulated.errorOf(fault, () => chat());
    assert.equal(error.constructor, Class, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.statusCode, status);
    assert.ok(error.body.message.length > 10, JSON.stringify(error.body));
  });
}

simulated.test("the SDK's own retry gets through when the limit is over", async () => {
  await simulated.script({ fault: 'rate_limited', times: 1 });
  const { result, requests } = await simulated.watch(() => chat({}, { maxRetries: 1 }));
  assert.equal(result.message.content[0].text, ask.TEST_ANSWER);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
});

simulated.test('a wrong key is an UnauthorizedError', async () => {
  const stranger = new CohereClientV2({ ...options, token: ask.WRONG_KEY });
  const error = await errorOf(() => stranger.chat({ model, messages: [user(ask.TEST_QUESTION)] }));
  assert.equal(error.constructor, Cohere.UnauthorizedError);
});

simulated.test('a model that does not exist is a NotFoundError', async () => {
  const error = await errorOf(() => chat({ model: 'command-none' }));
  assert.equal(error.constructor, Cohere.NotFoundError);
});

simulated.test('a request that is wrong is a BadRequestError', async () => {
  const error = await errorOf(() => chat({ p: 7 }));
  assert.equal(error.constructor, Cohere.BadRequestError);
});
