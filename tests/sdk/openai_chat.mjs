// The tests that OpenAI and Azure share: one SDK, two dialects of its errors.

import assert from 'node:assert/strict';

import * as ask from './questions.mjs';

const user = (content) => ({ role: 'user', content });

function checkUsage(usage) {
  assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

export function testChat(client, simulated, { model, answeredModel }) {
  const complete = (body) => client.chat.completions.create({ model, ...body });

  simulated.test('answers in text, and counts its tokens', async () => {
    const answer = await complete({ messages: [{ role: 'system', content: 'Be brief.' }, user(ask.TEST_QUESTION)] });
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.model, answeredModel);
    assert.equal(answer.choices[0].message.content, ask.TEST_ANSWER);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    checkUsage(answer.usage);
  });

  simulated.test('answers n times', async () => {
    const answer = await complete({ messages: [user(ask.TEST_QUESTION)], n: 2 });
    assert.deepEqual(answer.choices.map(({ index }) => index), [0, 1]);
  });

  simulated.test('calls a tool, and goes on with its result', async () => {
    const tools = [{ type: 'function', function: ask.WEATHER }];
    const question = user(ask.WEATHER_QUESTION);
    const first = await complete({ messages: [question], tools });
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    const [call] = first.choices[0].message.tool_calls;
    assert.equal(call.function.name, ask.WEATHER.name);
    assert.deepEqual(JSON.parse(call.function.arguments), ask.WEATHER_ARGUMENTS);

    const result = { role: 'tool', tool_call_id: call.id, content: ask.WEATHER_RESULT };
    const second = await complete({ messages: [question, first.choices[0].message, result], tools });
    assert.equal(second.choices[0].finish_reason, 'stop');
    assert.ok(second.choices[0].message.content);
  });

  simulated.test("drives the SDK's own tool loop to its end", async () => {
    const given = [];
    const run = (args) => {
      given.push(args);
      return ask.WEATHER_RESULT;
    };
    const tool = { type: 'function', function: { ...ask.WEATHER, parse: JSON.parse, function: run } };
    const runner = client.chat.completions.runTools({ model, messages: [user(ask.WEATHER_QUESTION)], tools: [tool] });
    assert.ok(await runner.finalContent());
    assert.deepEqual(given, [ask.WEATHER_ARGUMENTS]);
  });

  simulated.test('streams text as the whole answer has it, and its usage when asked', async () => {
    const body = { messages: [user(ask.TEST_QUESTION)], n: 2 };
    const whole = await complete(body);
    const stream = client.chat.completions.stream({ model, ...body, stream_options: { include_usage: true } });
    const words = [];
    stream.on('content', (delta) => words.push(delta));
    const streamed = await stream.finalChatCompletion();
    assert.ok(words.length >= 4, words);
    for (const [i, { message, finish_reason }] of streamed.choices.entries()) {
      assert.equal(message.content, ask.TEST_ANSWER);
      assert.equal(finish_reason, whole.choices[i].finish_reason);
    }
    assert.deepEqual(streamed.usage, whole.usage);
    assert.equal(streamed.model, answeredModel);
  });

  simulated.test('streams the parts of a tool call', async () => {
    const body = { model, messages: [user(ask.WEATHER_QUESTION)], tools: [{ type: 'function', function: ask.WEATHER }] };
    const streamed = await client.chat.completions.stream(body).finalChatCompletion();
    assert.equal(streamed.choices[0].finish_reason, 'tool_calls');
    const [call] = streamed.choices[0].message.tool_calls;
    assert.equal(call.function.name, ask.WEATHER.name);
    assert.deepEqual(JSON.parse(call.function.arguments), ask.WEATHER_ARGUMENTS);
  });

  simulated.test('raises an error that comes in mid-stream, or a connection that breaks then', async () => {
    const read = async () => {
      const stream = await client.chat.completions.create({ model, messages: [user('hi there')], stream: true });
      for await (const chunk of stream) assert.ok(chunk.object !== undefined);
    };
    const told = await simulated.errorOf('error_event:after=2:class=server_error', read);
    assert.match(told.message, /server had an error/);
    assert.ok(await simulated.errorOf('cut:after=2', read));
    assert.ok(await simulated.errorOf('garbage_event:after=2', read));
  });

  simulated.test('answers in the shape of a JSON schema', async () => {
    const json_schema = { name: 'person', strict: true, schema: ask.PERSON_SCHEMA };
    const messages = [user('Who?')];
    const answer = await complete({ messages, response_format: { type: 'json_schema', json_schema } });
    assert.deepEqual(JSON.parse(answer.choices[0].message.content), ask.PERSON);
  });
}

// FAULTS: [fault, the SDK's class, status, code].
export function testFaults(client, simulated, { model, faults }) {
  for (const [fault, Class, status, code] of faults) {
    simulated.test(`raises ${Class.name} for ${fault}`, async () => {
      const error = await simulated.errorOf(fault, () =>
        client.chat.completions.create({ model, messages: [user(ask.TEST_QUESTION)] }),
      );
      assert.equal(error.constructor, Class, `${error.constructor.name}: ${error.message}`);
      assert.equal(error.status, status);
      assert.equal(error.code ?? '', code);
      assert.ok(error.message.length > 10, error.message);
    });
  }
}
