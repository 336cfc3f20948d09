// Spillway's streams, spoken by a mock this project did not write, at each API that aimock speaks: text, thoughts, tool
// calls, usage; and its faults before and after the first token. Whatever happens, only a whole answer ends with OK.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import grpc from '@grpc/grpc-js';

import * as aimock from './aimock.mjs';
import { APIS, CALL, CLOCK_CALL, ERRORS, FAILURES, USAGE } from './aimock.mjs';
import { nextOf, policyOf, targetOf, textOf, user } from './aimock.mjs';
import * as ask from './questions.mjs';
import { toStruct } from './stage.mjs';

const answer = { content: ask.TEST_ANSWER, usage: USAGE };
// Two letters to a piece, so that the answer is in the eighth at the earliest.
const fixtureOf = (model, fault) => ({ match: { model }, response: answer, chunkSize: 2, ...fault });
// In the middle of the answer for every API: pieces come at once, the fifth after this long.
const pauseAt5 = (ms) =>
  ({ recordedTimings: { ttftMs: 0, interChunkDelaysMs: [0, 0, 0, ms, 0], totalDurationMs: ms } });

// Models by the fault they meet, beside those of ERRORS. After how many pieces `cut` ends, its tests say. aimock resets
// the connection at once, and Node.js drops what it has not sent: without a pause that is everything.
const cut = fixtureOf('cut', { latency: 5, truncateAfterChunks: 6 });
const FAULTS = [
  cut,
  fixtureOf('dropped', { ...pauseAt5(5000), disconnectAfterMs: 100 }),
  fixtureOf('stalled', pauseAt5(5000)),
  fixtureOf('mute', { streamingProfile: { ttft: 5000 } }),
  fixtureOf('garbled', { chaos: { malformedRate: 1 } }),
  fixtureOf('gone', { chaos: { disconnectRate: 1 } }),
  fixtureOf('throttled-by-chaos', { chaos: { rateLimitRate: 1 } }),
];
const FIXTURES = [
  ...FAULTS,
  { ...fixtureOf(undefined, { latency: 5 }), match: { userMessage: 'slowly' } },
  { match: { userMessage: 'Think' }, response: { ...answer, reasoning: 'Let me think.' } },
];
const MODELS = [...FAULTS.map(({ match }) => match.model), ...Object.keys(ERRORS)];
const SETTINGS = { stalled: { stream_idle_timeout: '1500ms' }, mute: { first_token_timeout: '1500ms' } };

// Models to whose thoughts aimock gives a form that its API knows; Mistral's and Cohere's it writes in another's.
const THINKERS = { openai: 'deepseek-reasoner', azure: 'deepseek-reasoner', mistral: undefined, cohere: undefined };
const thinkerOf = ({ name, model }) => (name in THINKERS ? THINKERS[name] : model);
// Where aimock counts no tokens in streams: Mistral's, unless asked as OpenAI is, which Mistral would refuse.
const countsNothing = (name) => name === 'mistral';

// NAME is answered by that API. NAME/FAULT meets the fault there and has the next API to go to, NAME/FAULT/alone has
// not.
const POLICIES = APIS.flatMap((api, i) => [
  policyOf(api.name, [targetOf(api)]),
  policyOf(`${api.name}/thinker`, [{ endpoint: api.name, model: thinkerOf(api) ?? api.model }]),
  ...MODELS.flatMap((model) => {
    const faulty = { endpoint: api.name, model };
    return [
      policyOf(`${api.name}/${model}`, [faulty, targetOf(nextOf(i))], SETTINGS[model]),
      policyOf(`${api.name}/${model}/alone`, [faulty], SETTINGS[model]),
    ];
  }),
]);

let scene;
before(async () => (scene = await aimock.startScene(POLICIES, FIXTURES)));
after(() => scene?.end());

// A streamed call as its caller has to understand it: what was said since the last reset. The order of events is
// checked, and that nothing which looks like an end precedes an error.
async function stream(request) {
  const options = { stream_options: { include_usage: true }, max_tokens: 100 };
  const { events, metadata, error } = await scene.caller.streamChat({ ...options, ...request });
  const said = { events, metadata, error, content: '', reasoning: '', calls: [], resets: [], pieces: 0 };
  for (const { delta, reset, usage, finish } of events) {
    if (delta) add(delta, said);
    if (reset) Object.assign(said, { content: '', reasoning: '', calls: [], resets: [...said.resets, reset] });
    if (usage) said.usage = usage;
    if (finish) said.finish = finish;
  }
  const ends = events.map(({ usage, finish }) => (usage ? 'usage' : finish ? 'finish' : 'piece'));
  const expected = error ? [] : said.usage ? ['usage', 'finish'] : ['finish'];
  assert.deepEqual(ends.filter((end) => end !== 'piece'), expected);
  assert.deepEqual(ends.slice(ends.length - expected.length), expected);
  return said;
}

function add({ choice_index, content, reasoning_content, tool_calls }, said) {
  assert.equal(choice_index, 0);
  said.pieces += 1;
  said.content += content ?? '';
  said.reasoning += reasoning_content ?? '';
  for (const { index, id, function: piece } of tool_calls) {
    // The first piece, and no other, has the id and the name.
    const first = index === said.calls.length;
    assert.equal(Boolean(id), first);
    assert.equal(Boolean(piece.name), first);
    if (first) said.calls.push({ id, type: 'function', function: { name: piece.name, arguments: '' } });
    said.calls[index].function.arguments += piece.arguments;
  }
}

const testOf = (model) => ({ model, messages: [user(ask.TEST_QUESTION)] });
const attemptsOf = ({ route }) =>
  route.attempts.map(({ target, failure, http_status }) => [target.endpoint, failure, http_status]);

function checkWhole({ error, content, finish, usage }, text = ask.TEST_ANSWER) {
  assert.equal(error, undefined, error?.message);
  assert.equal(content, text);
  if (countsNothing(finish.route.served_by.provider)) return assert.equal(usage, undefined);
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  assert.deepEqual({ prompt_tokens, completion_tokens, total_tokens }, { ...USAGE, total_tokens: 18 });
}

// An error, after a beginning of the answer. That may be all of its text: without its end nobody can tell.
function checkBroken({ error, content, resets }) {
  assert.equal(error?.code, grpc.status.UNAVAILABLE, error?.message);
  assert.match(error.metadata.get('grpc-status-details-bin').toString(), /STREAM_BROKEN/);
  assert.notEqual(content, '');
  assert.ok(ask.TEST_ANSWER.startsWith(content), content);
  assert.deepEqual(resets, []);
}

// The next API's whole answer, and the failure before it (perhaps twice); none of it to be seen among the events.
function checkPassedOver(said, name, next, [failure, ...statuses]) {
  checkWhole(said);
  assert.deepEqual(said.resets, []);
  assert.equal(said.metadata['x-spillway-provider'], next);
  const attempts = attemptsOf(said.finish);
  assert.deepEqual(attempts.pop(), [next, 'FAILURE_UNSPECIFIED', 200]);
  assert.ok(attempts.length > 0);
  for (const attempt of attempts) {
    assert.deepEqual(attempt.slice(0, 2), [name, failure]);
    assert.ok(statuses.includes(attempt[2]), attempt);
  }
}

for (const [i, { name, model }] of APIS.entries()) {
  const next = nextOf(i).name;

  test(`${name} streams a text in pieces, and counts its tokens`, async () => {
    const said = await stream({ ...testOf(name), messages: [user('Say it slowly.')] });
    checkWhole(said);
    assert.ok(said.pieces > 2, `${said.pieces} pieces`);
    assert.equal(said.events[0].delta.role, 'ROLE_ASSISTANT');
    assert.equal(said.finish.finish_reason, 'stop');
    assert.equal(said.metadata['x-spillway-provider'], name);
    assert.equal(said.metadata['x-spillway-model'], model);
    assert.equal(said.metadata['x-spillway-attempts'], '1');
    assert.equal(scene.mock.getLastRequest().body.stream, true);
    await scene.nginx.saw(/^TLSv1\.3 200 POST /);
  });

  test(`${name} tells its other ends apart in a stream, too`, async () => {
    const said = await stream({ model: name, messages: [user('And then?')] });
    checkWhole(said, 'And then it ended.');
    assert.equal(said.finish.finish_reason, 'length');
  });

  if (thinkerOf(APIS[i])) {
    test(`${name} streams its thoughts`, async () => {
      const said = await stream({ model: `${name}/thinker`, messages: [user('Think, please.')] });
      checkWhole(said);
      assert.equal(said.reasoning, 'Let me think.');
    });
  }

  test(`${name} streams a tool call, and goes on with its result`, async () => {
    const { description, parameters } = ask.WEATHER;
    const tools = [{ type: 'function', function: { name: CALL.name, description, parameters: toStruct(parameters) } }];
    const question = user(ask.WEATHER_QUESTION);
    const first = await stream({ model: name, messages: [question], tools });
    checkWhole(first, first.content);
    assert.equal(first.finish.finish_reason, 'tool_calls');
    assert.deepEqual(first.calls.map((call) => call.function.name), [CALL.name]);
    assert.deepEqual(JSON.parse(first.calls[0].function.arguments), ask.WEATHER_ARGUMENTS);

    const message = { role: 'ROLE_ASSISTANT', tool_calls: first.calls };
    const result = { role: 'ROLE_TOOL', tool_call_id: first.calls[0].id, content: ask.WEATHER_RESULT };
    const second = await stream({ model: name, messages: [question, message, result], tools });
    checkWhole(second, 'It is mild.');
    const [, called, answered] = scene.mock.getLastRequest().body.messages;
    assert.deepEqual(JSON.parse(called.tool_calls[0].function.arguments), ask.WEATHER_ARGUMENTS);
    assert.match(textOf(answered.content), new RegExp(ask.WEATHER_RESULT));
  });

  test(`${name} streams two calls, told apart`, async () => {
    const tools = [CALL, CLOCK_CALL].map((call) => ({ type: 'function', function: { name: call.name } }));
    const said = await stream({ model: name, messages: [user('Use both.')], tools });
    checkWhole(said, said.content);
    assert.deepEqual(said.calls.map((call) => call.function), [CALL, CLOCK_CALL]);
    assert.notEqual(said.calls[0].id, said.calls[1].id);
  });

  const ahead = {
    ...Object.fromEntries(Object.entries(ERRORS).map(([error, status]) => [error, [FAILURES[status], status]])),
    'throttled-by-chaos': [FAILURES[429], 429],
    garbled: ['FAILURE_MALFORMED', 200],
    // nginx says so in aimock's place.
    gone: ['FAILURE_SERVER_ERROR', 502],
    mute: ['FAILURE_FIRST_TOKEN_TIMEOUT', 0],
  };
  for (const [fault, failure] of Object.entries(ahead)) {
    test(`${name} ${fault} before its first token: ${next} answers`, async () => {
      checkPassedOver(await stream(testOf(`${name}/${fault}`)), name, next, failure);
    });

    test(`${name} ${fault}, and nobody else: an error and nothing said`, async () => {
      const said = await stream(testOf(`${name}/${fault}/alone`));
      assert.ok(said.error);
      assert.deepEqual(said.events, []);
    });
  }

  test(`${name} cut after any of its pieces: the next API, an error, or all of the answer`, async () => {
    const seen = { passedOver: 0, broken: 0, whole: 0 };
    for (cut.truncateAfterChunks = 1; seen.whole === 0; ++cut.truncateAfterChunks) {
      assert.ok(cut.truncateAfterChunks < 30);
      const said = await stream(testOf(`${name}/cut`));
      if (said.error) {
        checkBroken(said);
        seen.broken += 1;
      } else if (said.metadata['x-spillway-provider'] === next) {
        assert.equal(seen.broken, 0);
        // Nothing came of the answer, or no token of it.
        const [{ http_status }] = said.finish.route.attempts;
        const failure = http_status === 502 ? 'FAILURE_SERVER_ERROR' : 'FAILURE_TRUNCATED';
        checkPassedOver(said, name, next, [failure, 200, 502]);
        seen.passedOver += 1;
      } else {
        assert.equal(said.content, ask.TEST_ANSWER);
        assert.equal(said.finish.finish_reason, 'stop');
        seen.whole += 1;
      }
    }
    assert.ok(seen.broken >= 4, JSON.stringify(seen));
  });

  for (const [fault, failure] of Object.entries({ cut: 'TRUNCATED', dropped: 'TRUNCATED', stalled: 'STALLED' })) {
    test(`${name} ${fault} in mid-stream: an error`, async () => {
      cut.truncateAfterChunks = 6;
      const said = await stream(testOf(`${name}/${fault}`));
      checkBroken(said);
      assert.ok(said.content.length < ask.TEST_ANSWER.length, said.content);
      assert.equal(scene.mock.getLastRequest().body.model, fault, 'nobody else was asked');
    });

    test(`${name} ${fault} in mid-stream, and a reset is allowed: ${next} answers from the beginning`, async () => {
      cut.truncateAfterChunks = 6;
      const said = await stream({ ...testOf(`${name}/${fault}`), allow_reset: true });
      checkWhole(said);
      const resets = said.resets.map((reset) => [reset.target.endpoint, reset.failure]);
      assert.deepEqual(resets, [[next, `FAILURE_${failure}`]]);
      const attempts = attemptsOf(said.finish).map(([endpoint, why]) => [endpoint, why]);
      assert.deepEqual(attempts, [[name, `FAILURE_${failure}`], [next, 'FAILURE_UNSPECIFIED']]);
    });
  }
}
