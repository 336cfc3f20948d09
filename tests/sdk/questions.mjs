// What every SDK is asked. The simulator answers the first with "This is a test!", and calls a function whose name is
// in the last message of the user with a sample of its arguments.

export const TEST_QUESTION = 'Say this is a test!';
export const TEST_ANSWER = 'This is a test!';

export const WEATHER = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};
export const WEATHER_QUESTION = 'Use get_weather for Paris.';
export const WEATHER_ARGUMENTS = { city: 'example', days: 1 };
export const WEATHER_RESULT = '21 degrees';

export const PERSON_SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'age', 'tags'],
  additionalProperties: false,
};
export const PERSON = { name: 'example', age: 1, tags: ['example'] };

// A key that no personality has.
export const WRONG_KEY = 'not-the-key-0123456789abcdef';
