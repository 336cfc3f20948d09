#include "tests/bench/codec_answer.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "tests/bench/codec_request.h"

namespace spillway::bench {
namespace {

namespace json = boost::json;

constexpr std::size_t kCallBytes = 2000;

// The arguments of one call, as the object they are to most APIs.
json::object Arguments(std::size_t bytes) {
  return {{"harbour", "Husum"}, {"days", {1, 2, 3}}, {"depth", 1.25}, {"note", Prose(bytes)}};
}

std::size_t Calls(std::size_t answer_bytes) {
  return std::max<std::size_t>(1, answer_bytes / 2 / kCallBytes);
}

std::size_t NoteBytes(std::size_t answer_bytes) {
  constexpr std::size_t kRestOfCall = 150;
  const std::size_t call_bytes = answer_bytes / 2 / Calls(answer_bytes);
  return std::max(call_bytes, kRestOfCall) - kRestOfCall;
}

std::string CallId(std::size_t i) { return "call_tide_" + std::to_string(i); }

// OpenAI's list of calls, which Mistral and Cohere have, too.
json::array FunctionCalls(std::size_t bytes) {
  json::array calls;
  for (std::size_t i = 0; i < Calls(bytes); ++i) {
    const std::string arguments = json::serialize(Arguments(NoteBytes(bytes)));
    const json::object function = {{"name", "tide"}, {"arguments", arguments}};
    calls.push_back(json::object{{"id", CallId(i)}, {"type", "function"}, {"function", function}});
  }
  return calls;
}

json::value OpenAiAnswer(std::size_t bytes) {
  const json::object message = {{"role", "assistant"},
                                {"content", Prose(TextBytes(bytes))},
                                {"refusal", nullptr},
                                {"annotations", json::array()},
                                {"tool_calls", FunctionCalls(bytes)}};
  const json::object choice = {
      {"index", 0}, {"message", message}, {"logprobs", nullptr}, {"finish_reason", "tool_calls"}};
  return {{"id", "chatcmpl-0123456789"},
          {"object", "chat.completion"},
          {"created", 1767225600},
          {"model", "gpt-4o-2024-08-06"},
          {"choices", json::array{choice}},
          {"usage",
           {{"prompt_tokens", 812},
            {"completion_tokens", 96},
            {"total_tokens", 908},
            {"prompt_tokens_details", {{"cached_tokens", 512}}}}},
          {"system_fingerprint", "fp_0123456789"}};
}

// A list that begins with a block of text, and has one made by `block` for each call.
template <class Block>
json::array Blocks(json::object text, std::size_t bytes, Block block) {
  json::array blocks;
  blocks.push_back(std::move(text));
  for (std::size_t i = 0; i < Calls(bytes); ++i) {
    blocks.push_back(block(CallId(i), Arguments(NoteBytes(bytes))));
  }
  return blocks;
}

json::value AnthropicAnswer(std::size_t bytes) {
  const json::object text = {{"type", "text"}, {"text", Prose(TextBytes(bytes))}};
  const auto call = [](const std::string& id, const json::object& input) -> json::object {
    return {{"type", "tool_use"}, {"id", id}, {"name", "tide"}, {"input", input}};
  };
  return {{"id", "msg_0123456789"},
          {"type", "message"},
          {"role", "assistant"},
          {"model", "claude-sonnet-4-5"},
          {"content", Blocks(text, bytes, call)},
          {"stop_reason", "tool_use"},
          {"stop_sequence", nullptr},
          {"usage", {{"input_tokens", 300}, {"cache_read_input_tokens", 512}, {"output_tokens", 96}}}};
}

json::value GeminiAnswer(std::size_t bytes) {
  const json::object text = {{"text", Prose(TextBytes(bytes))}};
  const auto call = [](const std::string& /*id*/, const json::object& args) -> json::object {
    const json::object function = {{"name", "tide"}, {"args", args}};
    return {{"functionCall", function}};
  };
  const json::object candidate = {{"content", {{"role", "model"}, {"parts", Blocks(text, bytes, call)}}},
                                  {"finishReason", "STOP"},
                                  {"index", 0}};
  return {
      {"candidates", json::array{candidate}},
      {"usageMetadata", {{"promptTokenCount", 812}, {"candidatesTokenCount", 96}, {"totalTokenCount", 908}}},
      {"modelVersion", "gemini-2.5-flash"},
      {"responseId", "r0123456789"}};
}

json::value BedrockAnswer(std::size_t bytes) {
  const json::object text = {{"text", Prose(TextBytes(bytes))}};
  const auto call = [](const std::string& id, const json::object& input) -> json::object {
    const json::object use = {{"toolUseId", id}, {"name", "tide"}, {"input", input}};
    return {{"toolUse", use}};
  };
  const json::object message = {{"role", "assistant"}, {"content", Blocks(text, bytes, call)}};
  const json::object output = {{"message", message}};
  return {{"output", output},
          {"stopReason", "tool_use"},
          {"usage", {{"inputTokens", 812}, {"outputTokens", 96}, {"totalTokens", 908}}},
          {"metrics", json::object{{"latencyMs", 411}}}};
}

json::value CohereAnswer(std::size_t bytes) {
  json::array content;
  content.push_back(json::object{{"type", "text"}, {"text", Prose(TextBytes(bytes))}});
  return {{"id", "c0123456789"},
          {"message", {{"role", "assistant"}, {"content", content}, {"tool_calls", FunctionCalls(bytes)}}},
          {"finish_reason", "TOOL_CALL"},
          {"usage",
           {{"billed_units", {{"input_tokens", 700}, {"output_tokens", 96}}},
            {"tokens", {{"input_tokens", 812}, {"output_tokens", 96}}}}}};
}

}  // namespace

std::size_t TextBytes(std::size_t answer_bytes) {
  constexpr std::size_t kRestOfAnswer = 200;
  return std::max(answer_bytes / 2, 2 * kRestOfAnswer) - kRestOfAnswer;
}

std::string Answer(v1::Api api, std::size_t bytes) {
  switch (api) {
    case v1::API_ANTHROPIC:
      return json::serialize(AnthropicAnswer(bytes));
    case v1::API_GEMINI:
      return json::serialize(GeminiAnswer(bytes));
    case v1::API_BEDROCK:
      return json::serialize(BedrockAnswer(bytes));
    case v1::API_COHERE:
      return json::serialize(CohereAnswer(bytes));
    default:
      return json::serialize(OpenAiAnswer(bytes));
  }
}

}  // namespace spillway::bench
