// The SDK signs its requests, and the simulator computes every signature anew.

import assert from 'node:assert/strict';

import * as aws from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import { KEYS } from './personalities.mjs';
import * as ask from './questions.mjs';
import { errorOf, Simulated } from './simulator.mjs';

const simulated = new Simulated('bedrock');
const withSession = new Simulated('bedrock-session');
const withBearer = new Simulated('bedrock-bearer');

function clientOf(personality, how) {
  return new aws.BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: personality.url,
    maxAttempts: 1,
    // HTTP/1.1: of its own the SDK speaks HTTP/2, which neither the simulator nor Spillway do.
    requestHandler: new NodeHttpHandler({ connectionTimeout: 10_000 }),
    ...how,
  });
}

const client = clientOf(simulated, { credentials: KEYS.aws });
const modelId = 'anthropic.claude-sonnet-4-5-v1:0';
const user = (...content) => ({ role: 'user', content });
const test = { messages: [user({ text: ask.TEST_QUESTION })] };
const converse = (body, by = client) => by.send(new aws.ConverseCommand({ modelId, ...body }));

simulated.test('answers in text, and counts its tokens', async () => {
  const inferenceConfig = { maxTokens: 100, temperature: 0.5, topP: 0.9 };
  const answer = await converse({ ...test, system: [{ text: 'Be brief.' }], inferenceConfig });
  assert.deepEqual(answer.output.message, { role: 'assistant', content: [{ text: ask.TEST_ANSWER }] });
  assert.equal(answer.stopReason, 'end_turn');
  const { inputTokens, outputTokens, totalTokens } = answer.usage;
  assert.ok(inputTokens > 0 && outputTokens > 0);
  assert.equal(totalTokens, inputTokens + outputTokens);
  assert.equal(typeof answer.metrics.latencyMs, 'number');
  assert.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);
});

// A stream's events put together as an answer of Converse.
async function streamed(body) {
  const { stream } = await client.send(new aws.ConverseStreamCommand({ modelId, ...body }));
  const content = [];
  const answer = {};
  for await (const event of stream) {
    const { contentBlockIndex: at, start, delta } = event.contentBlockStart ?? event.contentBlockDelta ?? {};
    if (at !== undefined) content[at] ??= {};
    if (start) content[at].toolUse = { ...start.toolUse, input: '' };
    if (delta?.text) content[at].text = (content[at].text ?? '') + delta.text;
    if (delta?.toolUse) content[at].toolUse.input += delta.toolUse.input;
    if (event.messageStop) answer.stopReason = event.messageStop.stopReason;
    if (event.metadata) answer.usage = event.metadata.usage;
  }
  for (const { toolUse } of content) if (toolUse) toolUse.input = JSON.parse(toolUse.input);
  return { ...answer, content };
}

simulated.test('streams what the whole answer says', async () => {
  const { name, description, parameters } = ask.WEATHER;
  const tools = [{ toolSpec: { name, description, inputSchema: { json: parameters } } }];
  const text = await streamed(test);
  const whole = await converse(test);
  assert.deepEqual(text.content, whole.output.message.content);
  assert.equal(text.stopReason, whole.stopReason);
  assert.deepEqual(text.usage, whole.usage);

  const call = await streamed({ messages: [user({ text: ask.WEATHER_QUESTION })], toolConfig: { tools } });
  assert.equal(call.stopReason, 'tool_use');
  assert.equal(call.content[0].toolUse.name, name);
  assert.deepEqual(call.content[0].toolUse.input, ask.WEATHER_ARGUMENTS);
});

simulated.test('raises an exception that comes in mid-stream, and a wrong checksum', async () => {
  const error = await simulated.errorOf('error_event:after=2:class=rate_limited', () => streamed(test));
  assert.equal(error.constructor, aws.ThrottlingException, `${error.constructor.name}: ${error.message}`);
  assert.match((await simulated.errorOf('garbage_event:after=2', () => streamed(test))).message, /checksum|CRC/i);
});

simulated.test('stops at a limit and at a sequence', async () => {
  assert.equal((await converse({ ...test, inferenceConfig: { maxTokens: 1 } })).stopReason, 'max_tokens');
  const stopped = await converse({ ...test, inferenceConfig: { stopSequences: ['a test'] } });
  assert.equal(stopped.stopReason, 'stop_sequence');
});

simulated.test('calls a tool, and goes on with its result', async () => {
  const { name, description, parameters } = ask.WEATHER;
  const toolConfig = { tools: [{ toolSpec: { name, description, inputSchema: { json: parameters } } }] };
  const question = user({ text: ask.WEATHER_QUESTION });
  const first = await converse({ messages: [question], toolConfig });
  assert.equal(first.stopReason, 'tool_use');
  const { toolUse } = first.output.message.content.find((block) => block.toolUse);
  assert.equal(toolUse.name, name);
  assert.deepEqual(toolUse.input, ask.WEATHER_ARGUMENTS);

  const toolResult = { toolUseId: toolUse.toolUseId, content: [{ text: ask.WEATHER_RESULT }] };
  const second = await converse({ messages: [question, first.output.message, user({ toolResult })], toolConfig });
  assert.equal(second.stopReason, 'end_turn');
  assert.ok(second.output.message.content[0].text);
});

simulated.test('answers in the shape of a JSON schema', async () => {
  const jsonSchema = { name: 'person', schema: JSON.stringify(ask.PERSON_SCHEMA) };
  const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
  const answer = await converse({ messages: [user({ text: 'Who?' })], outputConfig });
  assert.deepEqual(JSON.parse(answer.output.message.content[0].text), ask.PERSON);
});

for (const [fault, Class, status] of [
  ['rate_limited', aws.ThrottlingException, 429],
  ['quota', aws.ServiceQuotaExceededException, 400],
  ['permission', aws.AccessDeniedException, 403],
  ['model_not_found', aws.ResourceNotFoundException, 404],
  ['model_not_found_400', aws.ValidationException, 400],
  ['context_length', aws.ValidationException, 400],
  ['invalid_request', aws.ValidationException, 400],
  ['overloaded', aws.ServiceUnavailableException, 503],
  ['server_error', aws.InternalServerException, 500],
]) {
  simulated.test(`raises ${Class.name} for ${fault}`, async () => {
    const error = await simulated.errorOf(fault, () => converse(test));
    assert.equal(error.constructor, Class, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.$metadata.httpStatusCode, status);
    assert.ok(error.message.length > 10, error.message);
  });
}

simulated.test('a guardrail that steps in is an answer', async () => {
  await simulated.script('content_filter');
  const answer = await converse(test);
  await simulated.script([]);
  assert.equal(answer.stopReason, 'guardrail_intervened');
});

simulated.test("the SDK's own retry gets through when the throttling is over", async () => {
  await simulated.script({ fault: 'rate_limited', times: 1 });
  const patient = clientOf(simulated, { credentials: KEYS.aws, maxAttempts: 2 });
  const { result, requests } = await simulated.watch(() => converse(test, patient));
  assert.equal(result.output.message.content[0].text, ask.TEST_ANSWER);
  assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
});

simulated.test('a request that is wrong is a ValidationException', async () => {
  const error = await errorOf(() => converse({ ...test, inferenceConfig: { temperature: 7 } }));
  assert.ok(error instanceof aws.ValidationException, error);
  assert.match(error.message, /temperature/);
});

simulated.test('a model that does not exist is a ValidationException', async () => {
  const error = await errorOf(() => converse({ ...test, modelId: 'anthropic.none' }));
  assert.ok(error instanceof aws.ValidationException, error);
});

simulated.test('a colon in the model is signed encoded twice', async () => {
  const { requests } = await simulated.watch(() => converse(test));
  assert.equal(requests[0].path, '/model/anthropic.claude-sonnet-4-5-v1%3A0/converse');
  assert.match(requests[0].headers.authorization, /^(AWS4-HMAC-SHA256|sha256:)/);
});

simulated.test('a wrong secret is refused, and so is a wrong access key', async () => {
  const wrongSecret = { ...KEYS.aws, secretAccessKey: ask.WRONG_KEY };
  const forged = await errorOf(() => converse(test, clientOf(simulated, { credentials: wrongSecret })));
  assert.deepEqual([forged.name, forged.$metadata.httpStatusCode], ['InvalidSignatureException', 403]);
  assert.ok(forged instanceof aws.BedrockRuntimeServiceException);

  const nobody = { ...KEYS.aws, accessKeyId: 'AKIANOBODY' };
  const unknown = await errorOf(() => converse(test, clientOf(simulated, { credentials: nobody })));
  assert.deepEqual([unknown.name, unknown.$metadata.httpStatusCode], ['UnrecognizedClientException', 403]);
});

simulated.test('a signature of another hour is refused', async () => {
  const late = clientOf(simulated, { credentials: KEYS.aws, systemClockOffset: -3_600_000 });
  const error = await errorOf(() => converse(test, late));
  assert.equal(error.name, 'InvalidSignatureException');
  assert.match(error.message, /expired/);
});

withSession.test('temporary credentials answer, and not without their token', async () => {
  const answer = await converse(test, clientOf(withSession, { credentials: KEYS.awsSession }));
  assert.equal(answer.output.message.content[0].text, ask.TEST_ANSWER);
  const credentials = { ...KEYS.awsSession, sessionToken: undefined };
  const error = await errorOf(() => converse(test, clientOf(withSession, { credentials })));
  assert.equal(error.name, 'UnrecognizedClientException');
});

withBearer.test('an API key is a bearer token', async () => {
  const authSchemePreference = ['httpBearerAuth'];
  const bearer = (token) => clientOf(withBearer, { token: { token }, authSchemePreference });
  const answer = await converse(test, bearer(KEYS.bedrockApiKey));
  assert.equal(answer.output.message.content[0].text, ask.TEST_ANSWER);
  const error = await errorOf(() => converse(test, bearer(ask.WRONG_KEY)));
  assert.equal(error.name, 'UnrecognizedClientException');
});
