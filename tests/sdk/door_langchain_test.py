"""LangChain for Python."""

import time
import unittest

import openai
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

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
    WRONG_KEY,
    Door,
)

DOOR = Door("langchain-python")
PERSON_SCHEMA = {
    "title": "person",
    "description": "A person.",
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "age", "tags"],
    "additionalProperties": False,
}


def chat(model=DOOR.model, key=DOOR.key, retries=0, timeout=10.0, **options):
    return ChatOpenAI(
        model=model,
        api_key=key,
        base_url=DOOR.url,
        max_retries=retries,
        timeout=timeout,
        http_client=DOOR.http_client(),
        stream_usage=True,
        include_response_headers=True,
        **options,
    )


class LangChainTest(unittest.TestCase):
    def check(self, message):
        self.assertEqual(message.content, TEST_ANSWER)
        self.assertEqual(message.response_metadata["finish_reason"], "stop")
        self.assertEqual(message.response_metadata["model_name"], ANSWERED_MODEL)
        self.assertGreater(message.usage_metadata["input_tokens"], 0)
        self.assertGreater(message.usage_metadata["output_tokens"], 0)

    def stream(self, **options):
        total = None
        for chunk in chat(**options).stream(TEST_QUESTION):
            total = chunk if total is None else total + chunk
        return total

    def test_it_is_answered_whole_and_in_a_stream(self):
        whole = chat().invoke(TEST_QUESTION)
        self.check(whole)
        streamed = self.stream()
        self.check(streamed)
        self.assertEqual(streamed.usage_metadata, whole.usage_metadata)

    def test_it_goes_through_a_tool_loop_to_its_end(self):
        given = []

        @tool
        def get_weather(city: str, days: int) -> str:
            """The weather in a city."""
            given.append({"city": city, "days": days})
            return WEATHER_RESULT

        for streamed in (False, True):
            with self.subTest(streamed=streamed), DOOR.first.watched() as requests:
                model = chat(streaming=streamed).bind_tools([get_weather])
                messages = [HumanMessage(WEATHER_QUESTION)]
                messages.append(model.invoke(messages))
                while messages[-1].tool_calls:
                    messages += [get_weather.invoke(call) for call in messages[-1].tool_calls]
                    messages.append(model.invoke(messages))
                self.assertEqual(given.pop(), WEATHER_ARGUMENTS)
                self.assertIn("heard", messages[-1].content)
            self.assertEqual(len(requests), 2)
            self.assertIn(WEATHER_RESULT, requests[1]["body"])

    def test_it_gets_what_fits_a_schema(self):
        structured = chat().with_structured_output(PERSON_SCHEMA, method="json_schema", strict=True)
        self.assertEqual(structured.invoke("Who?"), {"name": "example", "age": 1, "tags": ["example"]})

    def test_it_shows_an_image(self):
        parts = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
        with DOOR.first.watched() as requests:
            self.assertTrue(chat().invoke([HumanMessage(parts)]).content)
        self.assertIn("image_url", requests[0]["body"])

    def test_it_does_not_notice_a_failover_but_is_told_who_served_it(self):
        for call in (lambda: chat().invoke(TEST_QUESTION), self.stream):
            with DOOR.meeting("overloaded"):
                message = call()
            self.check(message)
            headers = message.response_metadata["headers"]
            self.assertEqual(headers["x-spillway-endpoint"], DOOR.second.name)
            self.assertEqual(headers["x-spillway-attempts"], "2")

    def test_errors_are_openais(self):
        expected = (
            ("invalid_request", 400, {}),
            ("context_length", 400, {}),
            ("ok", 401, {"key": WRONG_KEY}),
            ("ok", 403, {"key": LIMITED_KEY}),
            ("ok", 404, {"model": "gpt-none"}),
            ("rate_limited", 429, {}),
            ("overloaded", 503, {}),
        )
        for fault, status, options in expected:
            options = {"model": DOOR.lone} | options
            for call in (lambda: chat(**options).invoke(TEST_QUESTION), lambda: self.stream(**options)):
                with self.subTest(fault=fault, **options), DOOR.meeting(fault):
                    with self.assertRaises(openai.APIStatusError) as raised:
                        call()
                    self.assertEqual(raised.exception.status_code, status)

    def test_it_comes_back_when_it_was_told_to(self):
        with DOOR.meeting({"fault": "rate_limited", "retry_after": "1", "times": 1}):
            started = time.monotonic()
            message = chat(model=DOOR.lone, retries=1).invoke(TEST_QUESTION)
            waited = time.monotonic() - started
        self.check(message)
        self.assertGreaterEqual(waited, 1.0)

    def test_a_stream_that_breaks_is_an_error(self):
        for fault in BREAKS:
            with self.subTest(fault=fault), DOOR.meeting(fault):
                texts = []
                with self.assertRaises(openai.APIError):
                    for chunk in chat().stream(TEST_QUESTION):
                        texts.append(chunk.content)
                self.assertTrue("".join(texts), "it broke before its first token")

    def test_its_timeout_and_its_leaving_close_the_providers_connection(self):
        with DOOR.meeting("silence"), DOOR.first.watched() as requests:
            with self.assertRaises(openai.APITimeoutError):
                chat(timeout=2).invoke(TEST_QUESTION)
        DOOR.first.wait_until_left(requests[-1])
        with DOOR.meeting("stall:after=2"), DOOR.first.watched() as requests:
            stream = chat().stream(TEST_QUESTION)
            next(chunk for chunk in stream if chunk.content)
            stream.close()
        DOOR.first.wait_until_left(requests[-1])


if __name__ == "__main__":
    unittest.main()
