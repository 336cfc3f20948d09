#include "providers/bedrock_stream_decoder.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "providers/answer_members.h"
#include "providers/api_name.h"
#include "providers/bedrock_answer_reader.h"
#include "providers/bedrock_exceptions.h"
#include "providers/bedrock_tool_use.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/request_id.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::int64_t BlockIndex(const json::object& event) {
  const json::value* index = event.if_contains("contentBlockIndex");
  return index == nullptr ? 0 : AsWhole(*index).value_or(0);
}

const json::object* ObjectIn(const json::object& event, std::string_view name) {
  const json::value* value = event.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

bool IsKnown(std::string_view type) {
  return type == "messageStart" || type == "contentBlockStart" || type == "contentBlockDelta" ||
         type == "contentBlockStop" || type == "messageStop" || type == "metadata";
}

}  // namespace

BedrockStreamDecoder::BedrockStreamDecoder(HttpResponse head, const StreamContext& context)
    : EventDecoder(std::move(head), context) {
  said_.set_id(ProviderRequestId(answer().head().headers));
}

void BedrockStreamDecoder::Read(std::string_view bytes) {
  const bool read = reader_.Feed(bytes, [this](const EventStreamMessage& message) {
    Take(message);
    return answer().open();
  });
  if (!read) answer().FailUnreadable(reader_.problem());
}

void BedrockStreamDecoder::Take(const EventStreamMessage& message) {
  if (const auto error = BedrockErrorIn(message)) {
    answer().Fail(MakeFailure(*error, answer().head(), answer().context().decode));
  } else if (const std::string_view type = message.Header(":event-type"); IsKnown(type)) {
    TakeEvent(type, message.payload);
  }
}

void BedrockStreamDecoder::TakeEvent(std::string_view type, std::string_view payload) {
  const JsonDocument document(payload, kMaxAnswerDepth);
  const json::object* event = document.root().if_object();
  if (!document.ok()) {
    answer().FailUnreadable(document);
  } else if (event == nullptr) {
    answer().FailUnreadable("an event of the stream is no object");
  } else if (type == "messageStart") {
    StartMessage(*event);
  } else if (type == "contentBlockStart") {
    StartBlock(*event, payload);
  } else if (type == "contentBlockDelta") {
    ReadDelta(*event);
  } else if (type == "contentBlockStop") {
    StopBlock(BlockIndex(*event));
  } else {
    if (type == "messageStop") StopMessage(*event);
    ReadMembers(*event);
  }
}

void BedrockStreamDecoder::StartMessage(const json::object& event) {
  for (const auto& member : event) {
    const std::string_view name = View(member.key());
    if (name == "role" || name == "p" || member.value().is_null()) continue;
    SetMember(name, member.value(), MutableScopedExtra(*kept_.mutable_extra(), v1::API_BEDROCK));
  }
}

void BedrockStreamDecoder::StartBlock(const json::object& event, std::string_view payload) {
  const std::int64_t index = BlockIndex(event);
  StopBlock(index);
  BedrockStreamedBlock& block = blocks_[index];
  const json::object* start = ObjectIn(event, "start");
  if (start == nullptr) return;
  const json::value* use = start->if_contains("toolUse");
  if (use == nullptr || !IsForCaller(*use)) return block.BeginOther(*start);
  v1::Delta delta;
  v1::ToolCallDelta& call = *delta.add_tool_calls();
  call.set_index(calls_++);
  block.BeginCall(call.index());
  if (!ReadBedrockToolUse(use->get_object(), absl::StrCat(said_.id(), std::string(payload)), calls_, call)) {
    return answer().FailUnreadable("a call of the answer has no name");
  }
  answer().Add(std::move(delta));
}

void BedrockStreamDecoder::ReadDelta(const json::object& event) {
  const json::object* piece = ObjectIn(event, "delta");
  if (piece == nullptr) return answer().FailUnreadable("a piece of a block is no object");
  v1::Delta delta;
  if (!blocks_[BlockIndex(event)].ReadDelta(*piece, delta)) {
    return answer().FailUnreadable("a call of the answer has no name");
  }
  answer().Add(std::move(delta));
}

void BedrockStreamDecoder::StopBlock(std::int64_t index) {
  const auto found = blocks_.find(index);
  if (found == blocks_.end()) return;
  v1::Delta delta;
  found->second.End(delta, kept_);
  blocks_.erase(found);
  answer().Add(std::move(delta));
}

void BedrockStreamDecoder::StopMessage(const json::object& event) {
  while (!blocks_.empty()) StopBlock(blocks_.begin()->first);
  v1::Delta delta;
  if (kept_.has_extra()) *delta.mutable_extra() = std::move(*kept_.mutable_extra());
  kept_.Clear();
  answer().Add(std::move(delta));
  const json::value* reason = event.if_contains("stopReason");
  answer().EndChoice(0, reason == nullptr ? std::string_view() : AsText(*reason).value_or(""));
}

void BedrockStreamDecoder::ReadMembers(const json::object& event) {
  for (const auto& member : event) {
    const std::string_view name = View(member.key());
    if (name != "p" && name != "stopReason") ReadBedrockMember(name, member.value(), said_);
  }
  TellMembers(said_, answer());
  answer().EndIfWhole();
}

}  // namespace spillway::providers
