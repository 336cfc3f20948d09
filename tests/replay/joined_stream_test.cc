// The tests' own reading of streams, on small ones.
#include "tests/replay/joined_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/replay/recorded_events.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

std::vector<RecordedEvent> Data(const std::vector<std::string>& lines) {
  std::string body;
  for (const std::string& line : lines) body += "data: " + line + "\n\n";
  return EventsOf(body, Framing::kSse);
}

TEST(RecordedEventsTest, SseIsReadByLines) {
  const auto events =
      EventsOf(": hm\r\n\r\nevent: e\r\ndata: {}\r\n\r\n{\n\"error\":1}\n\ndata: [DONE]", Framing::kSse);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].name, "e");
  EXPECT_EQ(events[0].data, "{}");
  EXPECT_EQ(events[0].begin, 8u);
  EXPECT_EQ(events[0].end, 30u);
  EXPECT_TRUE(events[1].stray);
  EXPECT_EQ(json::parse(events[1].data).at("error"), 1);
  EXPECT_EQ(events[2].data, "[DONE]");
}

TEST(RecordedEventsTest, FramesAreReadByTheirLengths) {
  const std::string header = std::string("\x0b:event-type\x07\x00\x04", 15) + "stop";
  std::string frame = std::string("\0\0\0\x25\0\0\0\x13pppp", 12) + header + "{}cccc";
  const auto events = EventsOf(frame + frame + "\0\0", Framing::kFrames);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].name, "stop");
  EXPECT_EQ(events[1].data, "{}");
  EXPECT_EQ(events[1].begin, frame.size());
  EXPECT_EQ(events[1].end, 2 * frame.size());
}

TEST(RecordedEventsTest, AListsElementsAreEvents) {
  const auto events = EventsOf(R"([{"a":{"b":"}\"{"}},{"c":[{}]}])", Framing::kJsonList);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].data, R"({"a":{"b":"}\"{"}})");
  EXPECT_EQ(events[1].data, R"({"c":[{}]})");
}

TEST(JoinedStreamTest, OpenAisPiecesAreKeyedByChoiceAndCall) {
  const auto joined = Join(
      v1::API_OPENAI,
      Data(
          {R"({"id":"","choices":[],"model":"m","created":0})",
           R"({"id":"i","choices":[{"index":1,"delta":{"role":"assistant","content":"a"}}]})",
           R"({"choices":[{"index":1,"delta":{"content":"b","tool_calls":[{"index":0,"id":"c","type":"function",)"
           R"("function":{"name":"f","arguments":""}}]},"finish_reason":null},{"index":0,"delta":{"content":"z"},)"
           R"("finish_reason":"stop"}],"usage":null})",
           R"({"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},)"
           R"("finish_reason":"tool_calls"}],"usage":{"total_tokens":3}})",
           "[DONE]"}));
  EXPECT_EQ(joined, json::parse(R"({"id":"i","model":"m","usage":{"total_tokens":3},"choices":[)"
                                R"({"index":0,"message":{"content":"z"},"finish_reason":"stop"},)"
                                R"({"index":1,"message":{"role":"assistant","content":"ab","tool_calls":[)"
                                R"({"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
                                R"("finish_reason":"tool_calls"}]})"));
  EXPECT_EQ(EndedChoices(v1::API_OPENAI, joined), 2u);
}

TEST(JoinedStreamTest, MistralsContentMayBecomeAList) {
  const auto joined =
      Join(v1::API_MISTRAL, Data({R"({"choices":[{"delta":{"content":""}}]})",
                                  R"({"choices":[{"delta":{"content":[{"type":"thinking"}]}}]})",
                                  R"({"choices":[{"delta":{"content":"x"}}]})"}));
  EXPECT_EQ(joined.at("choices").at(0).at("message").at("content"),
            json::parse(R"([{"type":"thinking"},{"type":"text","text":"x"}])"));
}

TEST(JoinedStreamTest, AnthropicsBlocksGrowAndTheirInputIsParsed) {
  const auto joined = Join(
      v1::API_ANTHROPIC,
      Data({R"({"type":"message_start","message":{"id":"i","usage":{"input_tokens":1,"output_tokens":1}}})",
            R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
            R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}})",
            R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","input":{}}})",
            R"({"type":"content_block_delta","index":1,"delta":{"partial_json":"{\"k\":"}})",
            R"({"type":"content_block_delta","index":1,"delta":{"partial_json":"1}"}})",
            R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}})"}));
  EXPECT_EQ(joined, json::parse(R"({"id":"i","usage":{"input_tokens":1,"output_tokens":9},"content":[)"
                                R"({"type":"text","text":"a"},{"type":"tool_use","input":{"k":1}}],)"
                                R"("stop_reason":"tool_use"})"));
}

TEST(JoinedStreamTest, CoheresCallsAndPlanGrow) {
  const auto joined = Join(
      v1::API_COHERE,
      Data(
          {R"({"type":"message-start","id":"i","delta":{"message":{"role":"assistant"}}})",
           R"({"type":"tool-plan-delta","delta":{"message":{"tool_plan":"p"}}})",
           R"({"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":"a"}}}})",
           R"({"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"b"}}}})",
           R"({"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"c"}}}})",
           R"({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"x"}}}}})",
           R"({"type":"message-end","delta":{"finish_reason":"TOOL_CALL"}})"}));
  EXPECT_EQ(joined, json::parse(R"({"id":"i","finish_reason":"TOOL_CALL","message":{"role":"assistant",)"
                                R"("tool_plan":"p","content":[{"type":"text","text":"ab"}],"tool_calls":[)"
                                R"({"id":"c","function":{"arguments":"x"}}]}})"));
}

TEST(JoinedStreamTest, GeminisPartsAreAppended) {
  const auto joined =
      Join(v1::API_GEMINI,
           Data({R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],"responseId":"i"})",
                 R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]})"}));
  EXPECT_EQ(joined, json::parse(R"({"responseId":"i","candidates":[{"content":{"parts":[{"text":"a"},)"
                                R"({"text":"b"}]},"finishReason":"STOP"}]})"));
}

TEST(JoinedStreamTest, BedrocksBlocksAreByIndexAndPaddingIsNothing) {
  const auto event = [](const char* name, const char* data) {
    return RecordedEvent{.name = name, .data = data};
  };
  const auto joined =
      Join(v1::API_BEDROCK,
           {event("messageStart", R"({"role":"assistant","p":"ab"})"),
            event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"a"}})"),
            event("contentBlockStart",
                  R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"i","name":"f"}}})"),
            event("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"toolUse":{"input":"{}"}}})"),
            event("messageStop", R"({"stopReason":"tool_use"})"),
            event("metadata", R"({"usage":{"inputTokens":1}})")});
  EXPECT_EQ(joined, json::parse(R"({"output":{"message":{"role":"assistant","content":[{"text":"a"},)"
                                R"({"toolUse":{"toolUseId":"i","name":"f","input":{}}}]}},)"
                                R"("stopReason":"tool_use","usage":{"inputTokens":1}})"));
}

}  // namespace
}  // namespace spillway::replay
