// check_description.mjs DESCRIPTION EXCHANGES…: holds what clients sent and got, one exchange a line as door.mjs has
// it, against the description that OpenAI publishes of its API.

import { readFileSync } from 'node:fs';

import Ajv from 'ajv/dist/2020.js';
import { load } from 'js-yaml';

// The schema of each kind of body.
const SCHEMAS = {
  'chat request': 'CreateChatCompletionRequest',
  'chat completion': 'CreateChatCompletionResponse',
  'chat completion chunk': 'CreateChatCompletionStreamResponse',
  'model list': 'ListModelsResponse',
  model: 'Model',
  error: 'ErrorResponse',
};

// `nullable` is OpenAPI 3.0's word; the description says 3.1 of itself, where that is said by a type.
function withNull(schema) {
  if (Array.isArray(schema)) return schema.map(withNull);
  if (schema === null || typeof schema !== 'object') return schema;
  const parts = Object.entries(schema).map(([name, part]) => [name, withNull(part)]);
  const { nullable, ...rest } = Object.fromEntries(parts);
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}

function readDescription(file) {
  const { info, components } = withNull(load(readFileSync(file, 'utf8')));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openai', components });
  const validators = {};
  for (const [kind, schema] of Object.entries(SCHEMAS)) {
    validators[kind] = ajv.compile({ $ref: `openai#/components/schemas/${schema}` });
    // One that takes anything would prove nothing.
    if (validators[kind]({})) throw new Error(`${schema} takes an empty object`);
  }
  return { version: info.version, validators };
}

// Text that is no JSON is no body of any kind either.
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// The data of all events that came whole.
const eventsOf = (text) =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data: ')))
    .map((line) => line.slice('data: '.length));

// The bodies of an exchange, each with its kind.
function* bodies({ path, request, status, type, answer }) {
  const isChat = path.endsWith('/chat/completions');
  // What was refused need not have been right.
  if (request && status === 200) yield ['chat request', request];
  if (type.startsWith('text/event-stream')) {
    for (const data of eventsOf(answer).filter((text) => text !== '[DONE]')) {
      const event = parse(data);
      yield [event.error ? 'error' : 'chat completion chunk', event];
    }
  } else if (status !== 200) {
    yield ['error', parse(answer)];
  } else if (isChat) {
    yield ['chat completion', parse(answer)];
  } else {
    yield [path.endsWith('/models') ? 'model list' : 'model', parse(answer)];
  }
}

// Whether every body of `records` is as described.
function check(records, { version, validators }) {
  const counts = Object.fromEntries(Object.keys(SCHEMAS).map((kind) => [kind, 0]));
  let wrong = 0;
  for (const record of records) {
    for (const [kind, body] of bodies(record)) {
      ++counts[kind];
      if (validators[kind](body)) continue;
      ++wrong;
      console.error(`no ${kind} by OpenAI's description, with ${record.client}: ${JSON.stringify(body)}`);
      for (const { instancePath, message, params } of validators[kind].errors.slice(0, 8)) {
        console.error(`  ${instancePath || '/'} ${message} ${JSON.stringify(params)}`);
      }
    }
  }
  const told = Object.entries(counts).map(([kind, count]) => `${count} × ${kind}`);
  console.log(`by OpenAI's description ${version}: ${told.join(', ')}; ${wrong} wrong`);
  return wrong === 0 && Object.values(counts).every((count) => count > 0);
}

const [description, ...files] = process.argv.slice(2);
const records = files.flatMap((file) => {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  if (lines.length === 0) throw new Error(`${file} has no exchanges`);
  return lines.map((line) => JSON.parse(line));
});
process.exitCode = check(records, readDescription(description)) ? 0 : 1;
