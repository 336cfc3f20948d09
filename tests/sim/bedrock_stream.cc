#include "tests/sim/bedrock_stream.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/bedrock_frame.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// With the padding that hides a token's length.
std::string Payload(json::object data) {
  data["p"] = "abcdefghijklmnop";
  return json::serialize(data);
}

std::string Event(std::string_view type, json::object data) {
  return BedrockEventFrame(type, Payload(std::move(data)));
}

// Writes the events of content blocks.
class Writer {
 public:
  explicit Writer(Stream* stream) : stream_(stream) {}

  void Add(const json::object& block) {
    if (const json::object* reasoning = ObjectAt(block, "reasoningContent")) {
      AddThought(reasoning->at("reasoningText").as_object());
    } else if (const json::object* use = ObjectAt(block, "toolUse")) {
      AddCall(*use);
    } else {
      AddParts(WordsOf(View(block.at("text").as_string())),
               Delta({{"text", JsonView(EventTemplate::kSlot)}}));
    }
    stream_->Add(Event("contentBlockStop", {{"contentBlockIndex", index_}}));
    ++index_;
  }

 private:
  // The payload of a part of the block.
  std::string Delta(json::object delta) const {
    return Payload({{"contentBlockIndex", index_}, {"delta", std::move(delta)}});
  }

  // A thought's text or signature, or a part of it.
  std::string ThoughtDelta(std::string_view member, std::string_view text) const {
    json::object content;
    content[JsonView(member)] = JsonView(text);
    return Delta({{"reasoningContent", std::move(content)}});
  }

  // `payload` has the slot for a part in it.
  void AddParts(const std::vector<std::string_view>& parts, std::string_view payload) {
    EventTemplate filled(payload);
    for (const std::string_view part : parts)
      stream_->Add(BedrockEventFrame("contentBlockDelta", filled.With(part)), PieceKind::kToken);
  }

  void AddThought(const json::object& thought) {
    AddParts(WordsOf(View(thought.at("text").as_string())), ThoughtDelta("text", EventTemplate::kSlot));
    stream_->Add(
        BedrockEventFrame("contentBlockDelta", ThoughtDelta("signature", TextAt(thought, "signature"))));
  }

  // Only calls have a start.
  void AddCall(const json::object& use) {
    json::object head{{"name", use.at("name")}, {"toolUseId", use.at("toolUseId")}};
    stream_->Add(Event("contentBlockStart", {{"contentBlockIndex", index_},
                                             {"start", json::object{{"toolUse", std::move(head)}}}}),
                 PieceKind::kToken);
    const json::object& input = use.at("input").as_object();
    const std::string arguments = input.empty() ? "" : json::serialize(input);
    json::object part{{"input", JsonView(EventTemplate::kSlot)}};
    AddParts(FragmentsOf(arguments), Delta({{"toolUse", std::move(part)}}));
  }

  Stream* const stream_;
  std::size_t index_ = 0;
};

std::string_view ExceptionOf(const BedrockError& error) {
  if (error.status == 429) return "throttlingException";
  if (error.status == 503) return "serviceUnavailableException";
  return error.status >= 500 ? "internalServerException" : "validationException";
}

}  // namespace

Stream BedrockStream(const json::object& answer) {
  Stream stream;
  stream.ping = Event("keepAlive", {});
  stream.garbage = Event("contentBlockDelta", {{"contentBlockIndex", 0}, {"delta", {{"text", "?"}}}});
  // The last checksum is wrong.
  stream.garbage.back() = static_cast<char>(stream.garbage.back() ^ 1);
  const json::object& message = answer.at("output").at("message").as_object();
  stream.Add(Event("messageStart", {{"role", message.at("role")}}));
  Writer writer(&stream);
  for (const json::value& block : message.at("content").as_array()) writer.Add(block.as_object());
  stream.Add(Event("messageStop", {{"stopReason", answer.at("stopReason")}}), PieceKind::kFinish);
  stream.Add(Event("metadata", {{"metrics", answer.at("metrics")}, {"usage", answer.at("usage")}}),
             PieceKind::kUsage);
  return stream;
}

std::string BedrockStreamError(const BedrockError& error) {
  return BedrockExceptionFrame(ExceptionOf(error), Payload({{"message", error.message}}));
}

std::string BedrockStreamIntervention() {
  const json::object usage{{"inputTokens", 9}, {"outputTokens", 0}, {"totalTokens", 9}};
  return Event("messageStop", {{"stopReason", "guardrail_intervened"}}) +
         Event("metadata", {{"metrics", {{"latencyMs", 1}}}, {"usage", usage}});
}

}  // namespace spillway::sim
