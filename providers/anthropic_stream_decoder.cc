#include "providers/anthropic_stream_decoder.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "providers/anthropic_block_reader.h"
#include "providers/anthropic_member_reader.h"
#include "providers/event_index.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/json_growth.h"
#include "providers/stable_hash.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// A block of an event is one level nearer to the root than one of a whole answer.
constexpr std::size_t kMaxEventDepth = kMaxAnswerDepth - 1;

// null for one that is missing.
const json::value& At(const json::object& object, std::string_view name) {
  static const json::value kNull;
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? kNull : *value;
}

}  // namespace

AnthropicStreamDecoder::AnthropicStreamDecoder(HttpResponse head, const StreamContext& context)
    : SseDecoder(std::move(head), context), blocks_(answer()) {
  said_.add_choices();
}

void AnthropicStreamDecoder::OnEvent(const SseEvent& event) {
  const JsonDocument document(event.data, kMaxEventDepth);
  if (!document.ok()) return answer().FailUnreadable(document);
  if (FailIfError(document.root())) return;
  const json::object* object = document.root().if_object();
  if (object == nullptr) return answer().FailUnreadable("an event of the stream is no object");
  if (said_.id().empty()) hash_ = StableHash(event.data, hash_);
  const std::string_view type = AnthropicText(*object, "type");
  Take(type.empty() ? event.name : type, *object);
}

void AnthropicStreamDecoder::Take(std::string_view type, const json::object& event) {
  if (type == "message_start") {
    if (const json::object* message = At(event, "message").if_object()) OnStart(*message);
  } else if (type == "content_block_start") {
    blocks_.Begin(EventIndex(event), At(event, "content_block"), Seed());
  } else if (type == "content_block_delta") {
    blocks_.Append(EventIndex(event), At(event, "delta"));
  } else if (type == "content_block_stop") {
    blocks_.End(EventIndex(event));
  } else if (type == "message_delta") {
    OnDelta(event);
  } else if (type == "message_stop") {
    answer().End();
  } else if (type == "error" || (type.empty() && ReportsError(event))) {
    answer().Fail(ReadFailureIn(event, answer().head(), answer().context().decode));
  }
}

// It has ended when a message_delta says so, whatever stands here.
void AnthropicStreamDecoder::OnStart(const json::object& message) {
  for (const auto& member : message) {
    const std::string_view name = View(member.key());
    if (name != "stop_reason") ReadMember(name, member.value());
  }
  Publish();
  // Empty at Anthropic's own.
  const json::array* content = At(message, "content").if_array();
  for (std::size_t i = 0; content != nullptr && i < content->size(); ++i) {
    blocks_.Begin(static_cast<std::int64_t>(i), (*content)[i], Seed());
    blocks_.End(static_cast<std::int64_t>(i));
  }
}

void AnthropicStreamDecoder::OnDelta(const json::object& event) {
  for (const auto& member : event) {
    const std::string_view name = View(member.key());
    if (name != "type" && name != "delta") ReadMember(name, member.value());
  }
  const json::object* delta = At(event, "delta").if_object();
  std::string_view reason;
  if (delta != nullptr) {
    reason = AnthropicText(*delta, "stop_reason");
    for (const auto& member : *delta) {
      if (View(member.key()) != "stop_reason") ReadMember(View(member.key()), member.value());
    }
  }
  Publish();
  if (reason.empty()) return;
  blocks_.EndAll();
  answer().EndChoice(0, reason);
}

void AnthropicStreamDecoder::ReadMember(std::string_view name, const json::value& value) {
  if (name == "usage" && value.is_object()) {
    ReadUsage(value.get_object());
  } else if (name != "content" || !value.is_array()) {
    ReadAnthropicMember(name, value, said_);
  }
}

void AnthropicStreamDecoder::ReadUsage(const json::object& usage) {
  for (const auto& member : usage) {
    if (member.value().is_null()) continue;
    usage_[member.key()] = json::value(member.value(), usage_.storage());
  }
  ReadAnthropicUsageMember(usage_, said_);
  answer().usage() = said_.usage();
}

void AnthropicStreamDecoder::Publish() {
  v1::Finish& answer = this->answer().answer();
  answer.set_id(said_.id());
  answer.set_model(said_.model());
  answer.set_service_tier(said_.service_tier());
  if (said_.has_extra()) *answer.mutable_response_extra() = said_.extra();
  const v1::Choice& choice = said_.choices(0);
  if (choice.has_extra()) *this->answer().finish(0).mutable_extra() = choice.extra();
}

std::string_view AnthropicStreamDecoder::Seed() {
  if (!said_.id().empty()) return said_.id();
  return made_up_id_ = absl::StrCat(absl::Hex(hash_));
}

}  // namespace spillway::providers
