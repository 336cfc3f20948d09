#include "tests/bench/codec_stream.h"

#include <string_view>

#include "tests/providers/bedrock_frames.h"

namespace spillway::bench {
namespace {

// What one API says around a word, and before and after all of them. `event` is the name of an event, where
// the API names them.
struct Line {
  std::string_view event;
  std::string before;
  std::string after;
};

struct Script {
  std::vector<Line> opening;
  Line word;
  std::vector<Line> closing;
};

Script OpenAi() {
  const std::string chunk =
      R"({"id":"chatcmpl-0123456789","object":"chat.completion.chunk","created":1767225600,)"
      R"("model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_0123456789","choices":)";
  const std::string rest = R"(,"usage":null,"obfuscation":"kpB8SO"})";
  return {
      {{"",
        chunk +
            R"([{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,)"
            R"("finish_reason":null}])" +
            rest,
        ""}},
      {"", chunk + R"([{"index":0,"delta":{"content":")",
       R"("},"logprobs":null,"finish_reason":null}])" + rest},
      {{"", chunk + R"([{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}])" + rest, ""},
       {"", chunk + R"([],"usage":{"prompt_tokens":812,"completion_tokens":96,"total_tokens":908}})", ""}}};
}

Script Anthropic() {
  return {{{"message_start",
            R"({"type":"message_start","message":{"id":"msg_0123456789","type":"message","role":"assistant",)"
            R"("model":"claude-sonnet-4-5","content":[],"stop_reason":null,"usage":{"input_tokens":812,)"
            R"("output_tokens":1}}})",
            ""},
           {"content_block_start",
            R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})", ""}},
          {"content_block_delta",
           R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")", R"("}})"},
          {{"content_block_stop", R"({"type":"content_block_stop","index":0})", ""},
           {"message_delta",
            R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
            R"("usage":{"output_tokens":96}})",
            ""},
           {"message_stop", R"({"type":"message_stop"})", ""}}};
}

Script Gemini() {
  const std::string usage =
      R"(}],"usageMetadata":{"promptTokenCount":812,"candidatesTokenCount":96,"totalTokenCount":908},)"
      R"("modelVersion":"gemini-2.5-flash","responseId":"r0123456789"})";
  const std::string begin = R"({"candidates":[{"content":{"role":"model","parts":[{"text":")";
  return {{},
          {"", begin, R"("}]},"index":0)" + usage},
          {{"", begin + R"("}]},"finishReason":"STOP","index":0)" + usage, ""}}};
}

Script Bedrock() {
  return {{{"messageStart", R"({"p":"abcdefgh","role":"assistant"})", ""}},
          {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":")", R"("},"p":"abcdefgh"})"},
          {{"contentBlockStop", R"({"contentBlockIndex":0,"p":"abc"})", ""},
           {"messageStop", R"({"p":"abcdefgh","stopReason":"end_turn"})", ""},
           {"metadata",
            R"({"metrics":{"latencyMs":411},"p":"ab","usage":{"inputTokens":812,"outputTokens":96,)"
            R"("totalTokens":908}})",
            ""}}};
}

Script Cohere() {
  return {
      {{"message-start",
        R"({"id":"c0123456789","type":"message-start","delta":{"message":{"role":"assistant","content":[],)"
        R"("tool_plan":"","tool_calls":[],"citations":[]}}})",
        ""},
       {"content-start",
        R"({"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}})",
        ""}},
      {"content-delta", R"({"type":"content-delta","index":0,"delta":{"message":{"content":{"text":")",
       R"("}}}})"},
      {{"content-end", R"({"type":"content-end","index":0})", ""},
       {"message-end",
        R"({"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":)"
        R"({"input_tokens":812,"output_tokens":96}}}})",
        ""}}};
}

Script ScriptOf(v1::Api api) {
  switch (api) {
    case v1::API_ANTHROPIC:
      return Anthropic();
    case v1::API_GEMINI:
      return Gemini();
    case v1::API_BEDROCK:
      return Bedrock();
    case v1::API_COHERE:
      return Cohere();
    default:
      return OpenAi();
  }
}

void Append(v1::Api api, const Line& line, std::string_view word, StreamedBody& out) {
  const std::string& json = out.events.emplace_back(line.before + std::string(word) + line.after);
  if (api == v1::API_BEDROCK) {
    out.bytes += providers::EventFrame(line.event, json);
    return;
  }
  if (!line.event.empty()) out.bytes.append("event: ").append(line.event).append("\n");
  out.bytes.append("data: ").append(json).append("\n\n");
}

}  // namespace

StreamedBody Stream(v1::Api api, std::size_t bytes) {
  const Script script = ScriptOf(api);
  StreamedBody out;
  for (const Line& line : script.opening) Append(api, line, "", out);
  do {
    const std::string word = " tide" + std::to_string(out.events.size() % 10);
    out.text_bytes += word.size();
    Append(api, script.word, word, out);
  } while (out.bytes.size() < bytes);
  for (const Line& line : script.closing) Append(api, line, "", out);
  return out;
}

}  // namespace spillway::bench
