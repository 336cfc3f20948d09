// What stands behind the door that the clients meet: for each client two providers of its own, so that files of tests
// may run side by side, and two models: one that fails over between them, and one that has only the first.

import { createHash } from 'node:crypto';

export const CLIENTS = ['openai', 'langchain', 'ai-sdk', 'curl', 'openai-python', 'langchain-python'];

// What a caller may send. LIMITED_KEY's may ask for one model only, which no test does.
export const KEY = 'door-sdk-test-0123456789abcdef';
export const LIMITED_KEY = 'door-sdk-test-limited-0123456789';
export const LIMITED_MODEL = 'gpt-4o-for-one';
// What Spillway sends: no caller has it.
const PROVIDER_KEY = 'sk-behind-the-door-0123456789';

export const MODEL = 'gpt-4o';
export const ANSWERED_MODEL = 'gpt-4o-2024-08-06';

const PLACES = ['first', 'second'];

export const SIMULATOR_CONFIG = {
  control: '127.0.0.1:0',
  personalities: CLIENTS.flatMap((client) =>
    PLACES.map((place) => ({
      name: `${client}-${place}`,
      api: 'openai',
      listen: '127.0.0.1:0',
      models: [MODEL],
      aliases: { [MODEL]: ANSWERED_MODEL },
      api_key: PROVIDER_KEY,
    })),
  ),
};

const sha256 = (key) => createHash('sha256').update(key).digest('hex');

function policy(model, ...endpoints) {
  const targets = endpoints.map((endpoint) => ({ endpoint, model: MODEL }));
  return { name: model, model, production: { failover: { targets } } };
}

function policiesOf(client) {
  const [first, second] = PLACES.map((place) => `${client}-${place}`);
  const model = `${MODEL}-${client}`;
  return [policy(model, first, second), policy(`${model}-lone`, first)];
}

// `ports`: by personality. `tls`: the listener's, or undefined. What goes into `environment` belongs to it.
export function spillwayConfig(ports, tls) {
  const endpoint = ({ name }) => ({
    name,
    provider: 'openai',
    url: `http://${ports[name]}/v1`,
    api_key: { env: 'DOOR_PROVIDER_KEY' },
  });
  return {
    environment: { DOOR_PROVIDER_KEY: PROVIDER_KEY },
    config: {
      server: {
        grpc: { address: '127.0.0.1:0' },
        admin: { address: '127.0.0.1:0' },
        openai: { address: '127.0.0.1:0', ...(tls && { tls }) },
      },
      callers: [
        { name: 'sdk', key_sha256: sha256(KEY) },
        { name: 'limited', key_sha256: sha256(LIMITED_KEY), models: [LIMITED_MODEL] },
      ],
      providers: [{ name: 'openai', api: 'openai' }],
      endpoints: SIMULATOR_CONFIG.personalities.map(endpoint),
      policies: [...CLIENTS.flatMap(policiesOf), policy(LIMITED_MODEL, 'curl-first')],
    },
  };
}
