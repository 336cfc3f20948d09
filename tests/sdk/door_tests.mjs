// The tests that every JavaScript client of the door passes. A client is an object of
//
//   whole(question, options)     the answer: {text, finish, usage: {input, output}, model, headers}
//   stream(question, options)    yields texts as they come, then an answer without text
//   toolLoop(streamed)           asks WEATHER_QUESTION, runs the tool; {text, given: what the tool was given}
//   person()                     the answer to "Who?" by PERSON_SCHEMA
//   image(url)                   the text of an answer to a question that shows it
//   facts(error)                 {status, code, message, headers} of what it throws
//   isAbort(error), isTimeout(error)
//
// options: model, key, headers, signal, timeout (ms), retries, temperature. Where the library cannot say something
// (headers, mostly), it is undefined.

import assert from 'node:assert/strict';

import { asked, left } from './door.mjs';
import { ANSWERED_MODEL, LIMITED_KEY } from './door_config.mjs';
import * as ask from './questions.mjs';
import { errorOf } from './simulator.mjs';

// One red pixel.
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

async function readAll(stream) {
  const texts = [];
  for (;;) {
    const { value, done } = await stream.next();
    if (done) return { ...value, texts };
    texts.push(value);
  }
}

export function testDoor(door, client) {
  testAnswers(door, client);
  testErrors(door, client);
  testEnds(door, client);
  testSpilling(door, client);
}

function checkAnswer({ finish, usage, model }) {
  assert.equal(finish, 'stop');
  assert.ok(usage.input > 0 && usage.output > 0, JSON.stringify(usage));
  if (model !== undefined) assert.equal(model, ANSWERED_MODEL);
}

function testAnswers(door, client) {
  const { model } = door;

  door.test('is answered in text, and told of the tokens', async () => {
    const answer = await client.whole(ask.TEST_QUESTION, { model });
    assert.equal(answer.text, ask.TEST_ANSWER);
    checkAnswer(answer);
  });

  door.test('is streamed the same answer piece by piece, and told of the tokens', async () => {
    const whole = await client.whole(ask.TEST_QUESTION, { model });
    const answer = await readAll(client.stream(ask.TEST_QUESTION, { model }));
    assert.equal(answer.texts.join(''), whole.text);
    assert.ok(answer.texts.filter(Boolean).length >= 4, JSON.stringify(answer.texts));
    checkAnswer(answer);
    assert.deepEqual(answer.usage, whole.usage);
  });

  for (const streamed of [false, true]) {
    door.test(`goes through a tool loop to its end, ${streamed ? 'streamed' : 'whole'}`, async () => {
      const { result, requests } = await door.first.watch(() => client.toolLoop(streamed));
      assert.deepEqual(result.given, [ask.WEATHER_ARGUMENTS]);
      assert.match(result.text, /heard/);
      assert.equal(requests.length, 2);
      const { messages } = JSON.parse(requests[1].body);
      assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'tool']);
      assert.equal(messages[2].tool_call_id, messages[1].tool_calls[0].id);
      assert.match(JSON.stringify(messages[2].content), new RegExp(ask.WEATHER_RESULT));
    });
  }

  door.test('gets what fits a JSON schema', async () => {
    assert.deepEqual(await client.person(), ask.PERSON);
  });

  door.test('shows an image, which comes to the provider as it is', async () => {
    const { result, requests } = await door.first.watch(() => client.image(PIXEL));
    assert.ok(result);
    const parts = JSON.parse(requests[0].body).messages.at(-1).content;
    assert.deepEqual(parts.map(({ type }) => type), ['text', 'image_url']);
    assert.equal(parts[1].image_url.url, PIXEL);
  });
}

function testErrors(door, client) {
  const { model, lone } = door;
  const whole = (options) => client.whole(ask.TEST_QUESTION, { model, ...options });
  const factsOf = async (call) => client.facts(await errorOf(call));
  const check = (facts, status, code, message) => {
    assert.equal(facts.status, status, JSON.stringify(facts));
    if (facts.code !== undefined) assert.equal(facts.code, code);
    assert.match(facts.message, message);
  };

  door.test("is told in the provider's words what is wrong with its request", async () => {
    const facts = await door.meeting('invalid_request', () => factsOf(() => whole({})));
    check(facts, 400, 'unsupported_parameter', /Unsupported parameter: 'stop'/);
    const streamed = () => readAll(client.stream(ask.TEST_QUESTION, { model }));
    const before = await door.meeting('context_length', () => factsOf(streamed));
    check(before, 400, 'context_length_exceeded', /maximum context length/);
  });

  door.test('is not let in with a wrong key', async () => {
    check(await factsOf(() => whole({ key: ask.WRONG_KEY })), 401, 'invalid_api_key', /key/i);
  });

  door.test('may not ask for every model with some keys', async () => {
    check(await factsOf(() => whole({ key: LIMITED_KEY })), 403, 'model_not_allowed', new RegExp(model));
  });

  door.test('is told of a model that there is not', async () => {
    check(await factsOf(() => whole({ model: 'gpt-none' })), 404, 'model_not_found', /gpt-none/);
  });

  door.test('is told when to come back', async () => {
    const step = { fault: 'rate_limited', retry_after: '7' };
    const facts = await door.meeting(step, () => factsOf(() => whole({ model: lone })));
    check(facts, 429, 'rate_limit_exceeded', /rate limit/i);
    if (facts.headers) assert.equal(facts.headers['retry-after'], '7');
  });

  door.test('comes back by itself when it was told to', async () => {
    const step = { fault: 'rate_limited', retry_after: '1', times: 1 };
    const started = Date.now();
    const call = () => whole({ model: lone, retries: 1 });
    const { result, requests } = await door.meeting(step, () => door.first.watch(call));
    assert.equal(result.text, ask.TEST_ANSWER);
    assert.deepEqual(requests.map(({ status }) => status), [429, 200]);
    assert.ok(Date.now() - started >= 1000, 'came back before it was time');
  });

  door.test('is told when no provider can serve it', async () => {
    const facts = await door.meeting('overloaded', () => factsOf(() => whole({ model: lone })));
    check(facts, 503, 'all_targets_failed', /./);
    const streamed = () => readAll(client.stream(ask.TEST_QUESTION, { model: lone }));
    check(await door.meeting('overloaded', () => factsOf(streamed)), 503, 'all_targets_failed', /./);
  });

  for (const fault of ['cut', 'cut:abort=true', 'error_event:class=server_error', 'garbage_event', 'no_finish']) {
    door.test(`takes no stream for whole that breaks by ${fault}`, async () => {
      const texts = [];
      const read = async () => {
        for await (const text of client.stream(ask.TEST_QUESTION, { model })) texts.push(text);
      };
      const steps = fault === 'no_finish' ? fault : `${fault}:after=2`;
      const error = await door.meeting(steps, () => errorOf(read));
      assert.ok(error instanceof Error, String(error));
      assert.ok(texts.join('').length > 0, 'broke before its first token');
      assert.ok(!client.isAbort(error), String(error));
    });
  }
}

// Who leaves takes the provider's connection along.
function testEnds(door, client) {
  const { model } = door;

  door.test('gives up when its own time is over', async () => {
    const call = () => errorOf(() => client.whole(ask.TEST_QUESTION, { model, timeout: 2000 }));
    const { result, requests } = await door.meeting('silence', () => door.first.watch(call));
    assert.ok(client.isTimeout(result), String(result));
    await left(door.first, requests);
  });

  door.test('takes back a call', async () => {
    const abort = new AbortController();
    const call = async () => {
      const before = await door.first.latest();
      const error = errorOf(() => client.whole(ask.TEST_QUESTION, { model, signal: abort.signal }));
      await asked(door.first, before);
      abort.abort();
      return error;
    };
    const { result, requests } = await door.meeting('silence', () => door.first.watch(call));
    assert.ok(client.isAbort(result), String(result));
    await left(door.first, requests);
  });

  door.test('takes back a stream that has begun', async () => {
    const abort = new AbortController();
    const call = async () => {
      try {
        for await (const text of client.stream(ask.TEST_QUESTION, { model, signal: abort.signal })) {
          if (text) abort.abort();
        }
      } catch (error) {
        assert.ok(client.isAbort(error), String(error));
      }
    };
    const { requests } = await door.meeting('stall:after=2', () => door.first.watch(call));
    assert.equal(requests.length, 1);
    await left(door.first, requests);
  });
}

function testSpilling(door, client) {
  const { model } = door;

  for (const fault of ['overloaded', 'rate_limited', 'reset']) {
    door.test(`does not notice ${fault} at the first provider`, async () => {
      // A reset is tried again where it happened.
      const steps = { fault, times: 9 };
      const served = (call) => door.meeting(steps, () => door.second.watch(call));
      const whole = await served(() => client.whole(ask.TEST_QUESTION, { model }));
      assert.equal(whole.result.text, ask.TEST_ANSWER);
      const stream = await served(() => readAll(client.stream(ask.TEST_QUESTION, { model })));
      assert.equal(stream.result.texts.join(''), ask.TEST_ANSWER);
      for (const { result, requests } of [whole, stream]) {
        checkAnswer(result);
        assert.equal(requests.length, 1);
        if (!result.headers) continue;
        assert.equal(result.headers['x-spillway-endpoint'], door.second.name);
        assert.ok(Number(result.headers['x-spillway-attempts']) >= 2);
      }
    });
  }

  door.test('is told who served it, under the id it gave', async () => {
    const headers = { 'x-request-id': 'asked-1234' };
    for (const call of [client.whole, async (...args) => readAll(client.stream(...args))]) {
      const answer = await call(ask.TEST_QUESTION, { model, headers });
      if (!answer.headers) continue;
      const told = answer.headers;
      for (const part of ['upstream', 'router']) assert.ok(Number(told[`x-spillway-${part}-latency-ms`]) >= 0, part);
      assert.equal(told['x-request-id'], 'asked-1234');
      assert.equal(told['x-spillway-provider'], 'openai');
      assert.equal(told['x-spillway-endpoint'], door.first.name);
      assert.equal(told['x-spillway-model'], 'gpt-4o');
      assert.equal(told['x-spillway-policy'], model);
      assert.equal(told['x-spillway-attempts'], '1');
    }
  });
}
