// The Vercel AI SDK, by both of its providers that speak chat completions.

import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, jsonSchema, Output, RetryError, streamText, tool } from 'ai';

import { Door } from './door.mjs';
import { testDoor } from './door_tests.mjs';
import * as ask from './questions.mjs';

const usageOf = ({ inputTokens, outputTokens }) => ({ input: inputTokens, output: outputTokens });

// `provider`: makes a model of a name and a key.
function clientOf(door, provider) {
  const settings = ({ model = door.model, key = door.key, headers, signal, timeout, retries = 0 }) => ({
    model: provider(model, key),
    headers,
    abortSignal: signal,
    timeout,
    maxRetries: retries,
  });

  return {
    async whole(question, options) {
      const answer = await generateText({ ...settings(options), prompt: question });
      const { text, finishReason, usage, response } = answer;
      return { text, finish: finishReason, usage: usageOf(usage), model: response.modelId, headers: response.headers };
    },

    async *stream(question, options) {
      const answer = streamText({ ...settings(options), prompt: question, onError: () => {} });
      for await (const part of answer.fullStream) {
        if (part.type === 'text-delta') yield part.text;
        if (part.type === 'error') throw part.error;
        if (part.type === 'abort') throw new DOMException('aborted', 'AbortError');
      }
      const { modelId, headers } = await answer.response;
      return { finish: await answer.finishReason, usage: usageOf(await answer.usage), model: modelId, headers };
    },

    async toolLoop(streamed) {
      const given = [];
      const weather = tool({
        description: ask.WEATHER.description,
        inputSchema: jsonSchema(ask.WEATHER.parameters),
        execute: (args) => {
          given.push(args);
          return ask.WEATHER_RESULT;
        },
      });
      const call = { ...settings({}), prompt: ask.WEATHER_QUESTION, tools: { [ask.WEATHER.name]: weather } };
      const answer = (streamed ? streamText : generateText)({ ...call, stopWhen: isStepCount(3) });
      const { text } = await answer;
      return { text: await text, given };
    },

    async person() {
      const output = Output.object({ name: 'person', schema: jsonSchema(ask.PERSON_SCHEMA) });
      return (await generateText({ ...settings({}), prompt: 'Who?', output })).output;
    },

    async image(url) {
      const content = [{ type: 'text', text: 'What is this?' }, { type: 'file', mediaType: 'image/png', data: url }];
      return (await generateText({ ...settings({}), messages: [{ role: 'user', content }] })).text;
    },

    facts(error) {
      const { statusCode, data, message, responseHeaders } = RetryError.isInstance(error) ? error.lastError : error;
      return { status: statusCode, code: data?.error.code, message, headers: responseHeaders };
    },
    isAbort: (error) => error.name === 'AbortError',
    isTimeout: (error) => error.name === 'TimeoutError',
  };
}

function settingsOf(door, key) {
  return { baseURL: door.url, apiKey: key, fetch: door.fetch };
}

const native = new Door('ai-sdk', '@ai-sdk/openai');
testDoor(native, clientOf(native, (model, key) => createOpenAI(settingsOf(native, key)).chat(model)));

const compatible = new Door('ai-sdk', '@ai-sdk/openai-compatible');
const able = { name: 'spillway', includeUsage: true, supportsStructuredOutputs: true };
testDoor(
  compatible,
  clientOf(compatible, (model, key) => createOpenAICompatible({ ...settingsOf(compatible, key), ...able })(model)),
);
