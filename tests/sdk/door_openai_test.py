"""OpenAI's own SDK for Python. It is told to be strict: what does not fit its types, which are made from OpenAI's
description of its API, is an error."""

import asyncio
import json
import time
import unittest

import openai
from pydantic import BaseModel, ConfigDict

from door import (
    ANSWERED_MODEL,
    BREAKS,
    LIMITED_KEY,
    PIXEL,
    TEST_ANSWER,
    TEST_QUESTION,
    WEATHER_ARGUMENTS,
    WEATHER_QUESTION,
    WEATHER_RESULT,
    WEATHER_SCHEMA,
    WRONG_KEY,
    Door,
)

DOOR = Door("openai-python")
QUESTION = [{"role": "user", "content": TEST_QUESTION}]


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    age: int
    tags: list[str]


def connect(key=DOOR.key, retries=0, timeout=10.0):
    return openai.OpenAI(
        api_key=key,
        base_url=DOOR.url,
        max_retries=retries,
        timeout=timeout,
        http_client=DOOR.http_client(),
        _strict_response_validation=True,
    )


class OpenAiTest(unittest.TestCase):
    def setUp(self):
        self.client = connect()
        self.addCleanup(self.client.close)

    def complete(self, model=DOOR.model, client=None, **options):
        return (client or self.client).chat.completions.create(model=model, messages=QUESTION, **options)

    def check_usage(self, usage):
        self.assertGreater(usage.prompt_tokens, 0)
        self.assertGreater(usage.completion_tokens, 0)
        self.assertEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)


class AnswersTest(OpenAiTest):
    def test_it_is_answered_in_text_and_told_of_the_tokens(self):
        answer = self.complete()
        self.assertEqual(answer.object, "chat.completion")
        self.assertEqual(answer.model, ANSWERED_MODEL)
        self.assertEqual(answer.choices[0].message.content, TEST_ANSWER)
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.check_usage(answer.usage)

    def test_it_is_streamed_the_same_answer_and_its_usage_only_when_it_asks(self):
        for asked in (False, True):
            options = {"stream_options": {"include_usage": True}} if asked else {}
            chunks = list(self.complete(stream=True, **options))
            text = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
            self.assertEqual("".join(text), TEST_ANSWER)
            self.assertGreaterEqual(len([piece for piece in text if piece]), 4)
            usages = [chunk.usage for chunk in chunks if chunk.usage]
            self.assertEqual(len(usages), int(asked))
            if asked:
                self.assertEqual(usages[0].model_dump(), self.complete().usage.model_dump())
                self.assertEqual(chunks[-1].choices, [])

    def test_the_sdks_own_stream_adds_up_to_the_whole_answer(self):
        whole = self.complete()
        with self.client.chat.completions.stream(model=DOOR.model, messages=QUESTION) as stream:
            kinds = {event.type for event in stream}
            final = stream.get_final_completion()
        self.assertIn("content.delta", kinds)
        self.assertEqual(final.choices[0].message.content, whole.choices[0].message.content)
        self.assertEqual(final.choices[0].finish_reason, "stop")

    def test_it_goes_through_a_tool_loop_to_its_end(self):
        function = {"name": "get_weather", "description": "The weather.", "parameters": WEATHER_SCHEMA, "strict": True}
        options = {"model": DOOR.model, "tools": [{"type": "function", "function": function}]}
        question = {"role": "user", "content": WEATHER_QUESTION}
        completions = self.client.chat.completions
        with completions.stream(messages=[question], **options) as stream:
            streamed = stream.get_final_completion().choices[0]
        whole = completions.create(messages=[question], **options).choices[0]
        for choice in (streamed, whole):
            self.assertEqual(choice.finish_reason, "tool_calls")
            (call,) = choice.message.tool_calls
            self.assertEqual(call.function.name, "get_weather")
            self.assertEqual(json.loads(call.function.arguments), WEATHER_ARGUMENTS)
            result = {"role": "tool", "tool_call_id": call.id, "content": WEATHER_RESULT}
            with DOOR.first.watched() as requests:
                end = completions.create(messages=[question, choice.message, result], **options)
            self.assertEqual(end.choices[0].finish_reason, "stop")
            self.assertIn(WEATHER_RESULT, requests[0]["body"])

    def test_it_gets_what_fits_a_schema(self):
        messages = [{"role": "user", "content": "Who?"}]
        answer = self.client.chat.completions.parse(model=DOOR.model, messages=messages, response_format=Person)
        self.assertEqual(answer.choices[0].message.parsed, Person(name="example", age=1, tags=["example"]))

    def test_it_shows_an_image(self):
        parts = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
        with DOOR.first.watched() as requests:
            answer = self.client.chat.completions.create(
                model=DOOR.model, messages=[{"role": "user", "content": parts}]
            )
        self.assertTrue(answer.choices[0].message.content)
        self.assertEqual(json.loads(requests[0]["body"])["messages"][0]["content"][1]["image_url"]["url"], PIXEL)

    def test_it_gets_several_choices_and_log_probabilities(self):
        answer = self.complete(n=2, logprobs=True)
        self.assertEqual([choice.index for choice in answer.choices], [0, 1])
        for choice in answer.choices:
            self.assertTrue(choice.logprobs.content)
        chunks = list(self.complete(n=2, logprobs=True, stream=True))
        seen = {choice.index for chunk in chunks for choice in chunk.choices if choice.logprobs}
        self.assertEqual(seen, {0, 1})

    def test_it_lists_the_models_and_shows_one(self):
        ids = [model.id for model in self.client.models.list()]
        self.assertIn(DOOR.model, ids)
        self.assertEqual(self.client.models.retrieve(DOOR.model).object, "model")
        with self.assertRaises(openai.NotFoundError):
            self.client.models.retrieve("gpt-none")

    def test_it_is_told_who_served_it_under_the_id_it_gave(self):
        headers = {"x-request-id": "asked-1234"}
        raw = self.client.chat.completions.with_raw_response.create(
            model=DOOR.model, messages=QUESTION, extra_headers=headers
        )
        self.assertEqual(raw.request_id, "asked-1234")
        self.assertEqual(raw.parse().choices[0].message.content, TEST_ANSWER)
        streamed = self.client.chat.completions.with_raw_response.create(
            model=DOOR.model, messages=QUESTION, extra_headers=headers, stream=True
        )
        for answer in (raw, streamed):
            told = answer.headers
            self.assertEqual(told["x-spillway-provider"], "openai")
            self.assertEqual(told["x-spillway-endpoint"], DOOR.first.name)
            self.assertEqual(told["x-spillway-model"], "gpt-4o")
            self.assertEqual(told["x-spillway-policy"], DOOR.model)
            self.assertEqual(told["x-spillway-attempts"], "1")
            self.assertGreaterEqual(float(told["x-spillway-upstream-latency-ms"]), 0)
            self.assertGreaterEqual(float(told["x-spillway-router-latency-ms"]), 0)
            self.assertEqual(told["x-request-id"], "asked-1234")
        self.assertEqual(self.complete(extra_headers=headers)._request_id, "asked-1234")
        list(streamed.parse())


class FailoverTest(OpenAiTest):
    def test_it_does_not_notice_what_the_first_provider_does(self):
        for fault in ("overloaded", "rate_limited", "reset", "invalid_key"):
            for stream in (False, True):
                # A reset is tried again where it happened.
                step = {"fault": fault, "times": 9}
                with self.subTest(fault=fault, stream=stream), DOOR.meeting(step):
                    raw = self.client.chat.completions.with_raw_response.create(
                        model=DOOR.model, messages=QUESTION, stream=stream
                    )
                    answer = raw.parse()
                    if stream:
                        text = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
                    else:
                        text = answer.choices[0].message.content
                    self.assertEqual(text, TEST_ANSWER)
                    self.assertEqual(raw.headers["x-spillway-endpoint"], DOOR.second.name)
                    self.assertGreaterEqual(int(raw.headers["x-spillway-attempts"]), 2)


class ErrorsTest(OpenAiTest):
    def check(self, fault, error_class, status, code, call):
        with self.subTest(fault=fault, status=status), DOOR.meeting(fault):
            with self.assertRaises(openai.APIStatusError) as raised:
                call()
            error = raised.exception
            self.assertIs(type(error), error_class, error)
            self.assertEqual((error.status_code, error.code), (status, code), error)
            self.assertTrue(error.type)
            self.assertTrue(error.request_id)
            return error

    def test_they_are_of_its_own_classes(self):
        lone = lambda **options: lambda: self.complete(model=DOOR.lone, **options)
        error = self.check("invalid_request", openai.BadRequestError, 400, "unsupported_parameter", lone())
        self.assertIn("Unsupported parameter: 'stop'", error.message)
        self.check("context_length", openai.BadRequestError, 400, "context_length_exceeded", lone(stream=True))
        for key, error_class, status, code in (
            (WRONG_KEY, openai.AuthenticationError, 401, "invalid_api_key"),
            (LIMITED_KEY, openai.PermissionDeniedError, 403, "model_not_allowed"),
        ):
            with connect(key) as stranger:
                self.check("ok", error_class, status, code, lambda: self.complete(client=stranger))
        none = lambda: self.complete(model="gpt-none")
        self.check("ok", openai.NotFoundError, 404, "model_not_found", none)
        self.check("quota", openai.RateLimitError, 429, "insufficient_quota", lone())
        for stream in (False, True):
            self.check("overloaded", openai.InternalServerError, 503, "all_targets_failed", lone(stream=stream))

    def test_429_says_when_to_come_back(self):
        with DOOR.meeting({"fault": "rate_limited", "retry_after": "7"}):
            with self.assertRaises(openai.RateLimitError) as raised:
                self.complete(model=DOOR.lone)
        self.assertEqual(raised.exception.code, "rate_limit_exceeded")
        self.assertEqual(raised.exception.response.headers["retry-after"], "7")

    def test_its_own_retry_waits_as_long_as_it_was_told_to(self):
        with connect(retries=1) as client, DOOR.first.watched() as requests:
            with DOOR.meeting({"fault": "rate_limited", "retry_after": "1", "times": 1}):
                started = time.monotonic()
                answer = self.complete(model=DOOR.lone, client=client)
                waited = time.monotonic() - started
        self.assertEqual(answer.choices[0].message.content, TEST_ANSWER)
        self.assertEqual([request["status"] for request in requests], [429, 200])
        self.assertGreaterEqual(waited, 1.0)

    def test_a_stream_that_breaks_is_an_error(self):
        for fault in BREAKS:
            with self.subTest(fault=fault), DOOR.meeting(fault):
                texts = []
                with self.assertRaises(openai.APIError):
                    for chunk in self.complete(stream=True):
                        texts += [choice.delta.content for choice in chunk.choices]
                self.assertTrue("".join(filter(None, texts)), "it broke before its first token")


class EndsTest(OpenAiTest):
    def test_its_own_timeout_closes_the_providers_connection(self):
        with connect(timeout=2) as client, DOOR.meeting("silence"), DOOR.first.watched() as requests:
            with self.assertRaises(openai.APITimeoutError):
                self.complete(client=client)
        DOOR.first.wait_until_left(requests[-1])

    def test_leaving_a_stream_closes_the_providers_connection(self):
        with DOOR.meeting("stall:after=2"), DOOR.first.watched() as requests:
            stream = self.complete(stream=True)
            next(chunk for chunk in stream if chunk.choices[0].delta.content)
            stream.close()
        self.assertEqual(len(requests), 1)
        DOOR.first.wait_until_left(requests[-1])

    def test_taking_back_a_call_closes_the_providers_connection(self):
        async def call_and_cancel():
            async with openai.AsyncOpenAI(api_key=DOOR.key, base_url=DOOR.url, max_retries=0) as client:
                call = client.chat.completions.create(model=DOOR.model, messages=QUESTION)
                await asyncio.wait_for(call, 2)

        with DOOR.meeting("silence"), DOOR.first.watched() as requests:
            with self.assertRaises(asyncio.TimeoutError):
                asyncio.run(call_and_cancel())
        DOOR.first.wait_until_left(requests[-1])


if __name__ == "__main__":
    unittest.main()
