// The simulated providers the SDKs meet. One file of tests uses one of them, so that files may run side by side.

export const KEYS = {
  openai: 'sk-sdk-test-0123456789abcdef',
  azure: 'azure-sdk-test-0123456789abcdef',
  anthropic: 'sk-ant-sdk-test-0123456789',
  aws: { accessKeyId: 'AKIASDKTEST', secretAccessKey: 'sdk/test+secret' },
  awsSession: { accessKeyId: 'ASIASDKTEST', secretAccessKey: 'sdk/test+secret', sessionToken: 'sdk+session/token==' },
  gemini: 'AIza-sdk-test-0123456789abcdef',
  mistral: 'mistral-sdk-test-0123456789',
  cohere: 'cohere-sdk-test-0123456789',
  bedrockApiKey: 'bedrock-api-key-sdk-test',
};

const awsKey = ({ accessKeyId, secretAccessKey, sessionToken }) =>
  [accessKeyId, secretAccessKey, sessionToken].filter(Boolean).join(':');

const dated = 'gpt-4o-2024-08-06';
const PERSONALITIES = [
  { name: 'openai', api: 'openai', models: ['gpt-4o'], aliases: { 'gpt-4o': dated }, api_key: KEYS.openai },
  { name: 'untrusted', api: 'openai', tls: 'untrusted' },
  { name: 'azure', api: 'azure_openai', models: ['my-gpt'], aliases: { 'my-gpt': dated }, api_key: KEYS.azure },
  { name: 'anthropic', api: 'anthropic', models: ['claude-sonnet-5'], api_key: KEYS.anthropic },
  { name: 'gemini', api: 'gemini', models: ['gemini-2.5-flash', 'gemini-3-pro'], api_key: KEYS.gemini },
  { name: 'mistral', api: 'mistral', models: ['mistral-small-latest'], api_key: KEYS.mistral },
  { name: 'cohere', api: 'cohere', models: ['command-a-03-2025'], api_key: KEYS.cohere },
  { name: 'bedrock', api: 'bedrock', models: ['anthropic.claude-sonnet-4-5-v1:0'], api_key: awsKey(KEYS.aws) },
  { name: 'bedrock-session', api: 'bedrock', api_key: awsKey(KEYS.awsSession) },
  { name: 'bedrock-bearer', api: 'bedrock', api_key: KEYS.bedrockApiKey },
];

export const SIMULATOR_CONFIG = {
  control: '127.0.0.1:0',
  personalities: PERSONALITIES.map((personality) => ({ listen: '127.0.0.1:0', tls: true, ...personality })),
};
