import assert from 'node:assert/strict';

import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';

import { Door } from './door.mjs';
import { testDoor } from './door_tests.mjs';
import * as ask from './questions.mjs';

const door = new Door('langchain');

// LangChain wants its own class for the chat completions API, and says nothing of an answer's headers.
function chat({ model = door.model, key = door.key, headers, timeout = 10_000, retries = 0 } = {}) {
  const configuration = { baseURL: door.url, fetch: door.fetch, defaultHeaders: headers };
  return new ChatOpenAI({ model, apiKey: key, maxRetries: retries, timeout, configuration, useResponsesApi: false });
}

function answerOf({ usage_metadata: usage, response_metadata: said }) {
  const tokens = usage && { input: usage.input_tokens, output: usage.output_tokens };
  return { finish: said.finish_reason, usage: tokens, model: said.model_name };
}

async function ended(stream) {
  let sum;
  for await (const chunk of stream) sum = sum ? sum.concat(chunk) : chunk;
  return sum;
}

const client = {
  async whole(question, options) {
    const message = await chat(options).invoke(question, { signal: options.signal });
    return { text: message.content, ...answerOf(message) };
  },

  async *stream(question, options) {
    let sum;
    for await (const chunk of await chat(options).stream(question, { signal: options.signal })) {
      sum = sum ? sum.concat(chunk) : chunk;
      yield chunk.content;
    }
    return answerOf(sum);
  },

  async toolLoop(streamed) {
    const given = [];
    const run = (args) => {
      given.push(args);
      return ask.WEATHER_RESULT;
    };
    const { name, description, parameters } = ask.WEATHER;
    const weather = tool(run, { name, description, schema: parameters });
    const model = chat().bindTools([weather]);
    const messages = [new HumanMessage(ask.WEATHER_QUESTION)];
    for (;;) {
      const message = streamed ? await ended(await model.stream(messages)) : await model.invoke(messages);
      if (!message.tool_calls?.length) return { text: message.content, given };
      messages.push(message);
      for (const call of message.tool_calls) {
        const result = await weather.invoke(call);
        assert.ok(result instanceof ToolMessage);
        messages.push(result);
      }
    }
  },

  person() {
    const options = { name: 'person', method: 'jsonSchema', strict: true };
    return chat().withStructuredOutput(ask.PERSON_SCHEMA, options).invoke('Who?');
  },

  async image(url) {
    const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url } }];
    return (await chat().invoke([new HumanMessage({ content })])).content;
  },

  // A context that is too long has a class of its own, with what came as its cause.
  facts(error) {
    const { status, code, headers } = error.status ? error : error.cause;
    const { message } = error;
    return { status, code, message, headers: headers && Object.fromEntries(headers) };
  },
  isAbort: (error) => error.name === 'AbortError',
  isTimeout: (error) => error.name === 'TimeoutError',
};

testDoor(door, client);
