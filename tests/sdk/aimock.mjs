// What both files of tests against aimock share: the APIs that it speaks, its answers, and the pieces put up.

import { LLMock } from '@copilotkit/aimock';

import { Workshop } from './process.mjs';
import * as ask from './questions.mjs';
import { startNginx, startSpillway } from './stage.mjs';

const KEY = 'aimock-key-0123456789abcdef';
const vertex = '/v1/projects/my-project/locations/europe-west4';
export const APIS = [
  { name: 'openai', api: 'openai', base: '/v1', model: 'gpt-4o' },
  { name: 'azure', api: 'azure_openai', base: '', fields: { api_version: '2024-10-21' }, model: 'gpt-4o' },
  { name: 'anthropic', api: 'anthropic', base: '', model: 'claude-sonnet-4-5' },
  { name: 'gemini', api: 'gemini', base: '/v1beta', model: 'gemini-2.5-flash' },
  { name: 'vertex', api: 'gemini', base: vertex, model: 'gemini-2.5-flash' },
  { name: 'bedrock', api: 'bedrock', base: '', model: 'anthropic.claude-sonnet-4-5-v1:0' },
  { name: 'mistral', api: 'mistral', base: '/v1', model: 'mistral-small-latest' },
  { name: 'cohere', api: 'cohere', base: '', model: 'command-a-03-2025' },
];
export const nextOf = (i) => APIS[(i + 1) % APIS.length];

export const USAGE = { prompt_tokens: 11, completion_tokens: 7 };
export const CALL = { name: ask.WEATHER.name, arguments: JSON.stringify(ask.WEATHER_ARGUMENTS) };
export const CLOCK_CALL = { name: 'get_time', arguments: '{}' };
export const ERRORS = { throttled: 429, overloaded: 503, broken: 500 };
export const FAILURES = { 429: 'FAILURE_RATE_LIMITED', 503: 'FAILURE_OVERLOADED', 500: 'FAILURE_SERVER_ERROR' };

// For each API the endpoints NAME and, with a wrong key, NAME-stranger.
function configOf(policies, url, ca_file) {
  const endpointOf = ({ name, base, fields }, kind, env) =>
    ({ name: name + kind, provider: name, url: url + base, api_key: { env }, tls: { ca_file }, ...fields });
  return {
    server: { grpc: { address: '127.0.0.1:0' }, admin: { address: '127.0.0.1:0' } },
    providers: APIS.map(({ name, api }) => ({ name, api })),
    endpoints: APIS.flatMap((api) => [endpointOf(api, '', 'KEY'), endpointOf(api, '-stranger', 'WRONG_KEY')]),
    policies,
  };
}

export const policyOf = (model, targets, settings) => {
  const name = model.replaceAll('/', '-');
  return { name, model, production: { failover: { targets } }, request_timeout: '10s', ...settings };
};
export const targetOf = ({ name, model }) => ({ endpoint: name, model });

// What aimock answers to the tests' questions, and to the models named in ERRORS.
function teach(mock) {
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
}

// gRPC client -> spillway-server on `policies` -> TLS (nginx) -> aimock, whose `fixtures` go before its usual ones.
export async function startScene(policies, fixtures = []) {
  const workshop = new Workshop('aimock');
  // An end before `end`: what was started goes with this process.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const mock = new LLMock({ port: 0, host: '127.0.0.1', strict: true, auth: { apiKeys: [KEY] } });
  mock.addFixtures(fixtures);
  teach(mock);
  await mock.start();
  const scene = { mock };
  scene.end = async () => {
    scene.caller?.close();
    await workshop.end();
    await mock.stop();
  };
  try {
    scene.nginx = await startNginx(workshop, mock.port);
    const config = configOf(policies, scene.nginx.url, scene.nginx.caFile);
    scene.caller = await startSpillway(workshop, config, { KEY, WRONG_KEY: ask.WRONG_KEY });
  } catch (error) {
    await scene.end();
    throw error;
  }
  return scene;
}

export const user = (content) => ({ role: 'ROLE_USER', content });

// Content as text, whether it came as a string or in parts.
export const textOf = (content) =>
  Array.isArray(content) ? content.map(({ text }) => text).join('') : (content ?? '');
