#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "providers/codec.h"
#include "providers/json_document.h"
#include "providers/openai_chunk_encoder.h"
#include "providers/openai_response_encoder.h"
#include "tests/fuzz/exchange_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/providers/openai_said.h"
#include "tests/providers/openai_schema.h"
#include "tests/support/stream_run.h"

namespace spillway::fuzz {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::StreamRun;

const providers::AnswerIdentity kFallback{"chatcmpl-fuzz", 1767225600, "m"};

const v1::ChatResponse* AnswerIn(const providers::Decoded& decoded) {
  return std::get_if<v1::ChatResponse>(&decoded);
}

// Tokens are written as their provider gave them, who may know the schema less well.
bool IsOfTokens(std::string_view fault) { return fault.find(".logprobs.") != fault.npos; }

void RequireFits(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults)
    Require(IsOfTokens(fault), "what is written fits the schema: " + fault);
}

// What an answer says but for what stands in for nothing.
v1::ChatResponse Named(v1::ChatResponse answer) {
  if (answer.id().empty()) answer.set_id(kFallback.id);
  if (answer.created() == 0) answer.set_created(kFallback.created);
  if (answer.model().empty()) answer.set_model(kFallback.model);
  return answer;
}

// `said`: what can be said of an answer; `again`: the answer written and read.
void RequireSame(MessageDifferencer& differencer, const v1::ChatResponse& said,
                 const v1::ChatResponse& again) {
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  const bool same = differencer.Compare(said, again);
  Require(same, "an answer written and read again is the same: " + difference);
}

providers::Decoded Read(const providers::Codec& codec, std::string body) {
  return codec.Decode({200, {{"content-type", "application/json"}}, std::move(body)}, {.now = kArrival});
}

void FuzzWhole(const providers::Codec& codec, std::string_view input) {
  const providers::Decoded decoded = Read(codec, std::string(input));
  const v1::ChatResponse* answer = AnswerIn(decoded);
  if (answer == nullptr) return;
  const std::string body = providers::EncodeOpenAiResponse(*answer, kFallback);
  const providers::JsonDocument document(body);
  Require(document.ok(), "what is written is JSON");
  RequireFits(providers::OpenAiSchema::OfCompletion(document.root()));
  const providers::Decoded again = Read(codec, body);
  Require(AnswerIn(again) != nullptr, "what is written is an answer");
  MessageDifferencer differencer;
  RequireSame(differencer, Named(providers::Said(*answer)), *AnswerIn(again));
}

// Each event is one line of data, and the last says that it is the last.
void RequireEvents(std::string_view stream) {
  constexpr std::string_view kData = "data: ";
  bool done = false;
  while (!stream.empty()) {
    const std::size_t end = stream.find("\n\n");
    Require(stream.starts_with(kData) && end != stream.npos && !done, "what is written are events");
    const std::string_view data = stream.substr(kData.size(), end - kData.size());
    stream.remove_prefix(end + 2);
    Require(data.find_first_of("\r\n") == data.npos, "an event is one line");
    done = data == "[DONE]";
    if (done) continue;
    const providers::JsonDocument document(data);
    Require(document.ok(), "an event's data is JSON");
    RequireFits(providers::OpenAiSchema::OfChunk(document.root()));
  }
  Require(done, "the end is marked");
}

StreamRun Run(const providers::Codec& codec, std::string body) {
  return testing::RunStream(codec, {200, {{"content-type", "text/event-stream"}}, std::move(body)},
                            {.decode = {.now = kArrival}, .choices = 1});
}

void FuzzStream(const providers::Codec& codec, std::string_view input) {
  const StreamRun run = Run(codec, std::string(input));
  if (run.failure) return;
  const providers::Decoded decoded = testing::Assembled(run);
  const v1::ChatResponse answer = Named(*AnswerIn(decoded));
  const providers::OpenAiChunkEncoder encoder({answer.id(), answer.created(), answer.model()},
                                              /*include_usage=*/true);
  std::string stream;
  for (const v1::Delta& delta : run.deltas) encoder.AppendDelta(delta, stream);
  encoder.AppendEnding(*run.ending, stream);
  RequireEvents(stream);
  const StreamRun again = Run(codec, stream);
  Require(!again.failure, "what is written is an answer");
  const providers::Decoded assembled = testing::Assembled(again);
  MessageDifferencer differencer;
  // A call's first piece must have one, and the provider's may come later or never.
  differencer.IgnoreField(v1::ToolCall::descriptor()->FindFieldByName("type"));
  RequireSame(differencer, Named(providers::Said(run.deltas, *run.ending)), *AnswerIn(assembled));
}

}  // namespace

void FuzzEncodeOpenAiAnswer(std::string_view input) {
  const auto codec = providers::MakeCodec(v1::API_OPENAI, {.base_path = "/v1"});
  const std::size_t first = input.find_first_not_of(" \t\r\n");
  // As a provider that is asked for a stream may answer all the same; FuzzDecodeStream reads that.
  const bool whole = first != input.npos && (input[first] == '{' || input[first] == '[');
  if (whole) {
    FuzzWhole(*codec, input);
  } else {
    FuzzStream(*codec, input);
  }
}

}  // namespace spillway::fuzz
