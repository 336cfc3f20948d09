#include "providers/cohere_message_stream.h"

#include <utility>

#include "providers/content_parts.h"
#include "providers/json_document.h"
#include "providers/json_growth.h"
#include "providers/openai_call_reader.h"
#include "providers/scoped_extra.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string_view TextAt(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or("");
}

// Whether a member without a field says anything.
bool SaysSomething(const json::value& value) {
  return !value.is_null() && !(value.is_array() && value.get_array().empty());
}

// One citation, or a list of them.
void KeepCitations(const json::value& citations, google::protobuf::Struct& extra) {
  if (!SaysSomething(citations)) return;
  SetMember("citations", citations.is_array() ? citations : json::value(json::array({citations})), extra);
}

void MoveExtra(v1::Message& from, v1::Delta& to) {
  if (!from.has_extra()) return;
  ScopeExtras(v1::API_COHERE, from);
  *to.mutable_extra() = std::move(*from.mutable_extra());
}

}  // namespace

std::optional<std::size_t> CohereMessageStream::Places::Find(const Place& place) const {
  if (place.begins) return std::nullopt;
  const auto found = positions_.find(place.index.value_or(latest_));
  return found == positions_.end() ? std::nullopt : std::optional(found->second);
}

void CohereMessageStream::Places::Begin(const Place& place, std::size_t position) {
  latest_ = place.index ? *place.index : latest_ + 1;
  positions_[latest_] = position;
}

void CohereMessageStream::Read(const json::object& message, const Place& place, v1::Delta& delta) {
  v1::Message kept;
  for (const auto& member : message) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    if (name == "role" && value == "assistant") continue;
    if (name == "content") {
      ReadContent(value, place, delta);
    } else if (name == "tool_plan") {
      ReadPlan(value, delta, kept);
    } else if (name == "tool_calls" && value.is_structured()) {
      ReadCalls(value, place, delta);
    } else if (name == "citations") {
      KeepCitations(value, *kept.mutable_extra());
    } else if (SaysSomething(value)) {
      SetMember(name, value, *kept.mutable_extra());
    }
  }
  MoveExtra(kept, delta);
}

void CohereMessageStream::ReadContent(const json::value& content, const Place& place, v1::Delta& delta) {
  if (content.is_null()) return;
  if (const auto text = AsText(content)) return SayText(*text, delta);
  if (const json::object* part = content.if_object()) return ReadPart(*part, place, delta);
  const json::array* parts = content.if_array();
  if (parts == nullptr) return answer_.FailUnreadable("the message's content is neither text nor a list");
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const Place own{.index = static_cast<std::int64_t>(i), .begins = place.begins};
    if (const json::object* part = (*parts)[i].if_object()) ReadPart(*part, own, delta);
  }
}

void CohereMessageStream::ReadPart(const json::object& part, const Place& place, v1::Delta& delta) {
  const json::value* thinking = part.if_contains("thinking");
  const bool thinks = thinking != nullptr && thinking->is_string();
  const auto found = part_places_.Find(place);
  if (!found) {
    part_places_.Begin(place, parts_.size());
    parts_.push_back(Owned(part));
    json::object& begun = parts_.back().get_object();
    // A piece of a part that nobody began names no type.
    if (!begun.contains("type")) begun["type"] = thinks ? "thinking" : "text";
  }
  json::object& whole = found ? parts_[*found].get_object() : parts_.back().get_object();
  if (found) {
    for (const auto& member : part) {
      if (member.key() != "type") Grow(View(member.key()), member.value(), whole);
    }
  }
  const std::string_view type = TextAt(whole, "type");
  // Of another type it is no text of the answer's.
  if (!type.empty() && type != "text" && type != "output_text" && type != "thinking") return;
  SayText(TextAt(part, "text"), delta);
  if (thinks) delta.mutable_reasoning_content()->append(TextAt(part, "thinking"));
}

void CohereMessageStream::SayText(std::string_view text, v1::Delta& delta) {
  if (text.empty()) return;
  has_text_ = true;
  delta.mutable_content()->append(text);
}

void CohereMessageStream::ReadPlan(const json::value& plan, v1::Delta& delta, v1::Message& kept) {
  const auto text = AsText(plan);
  if (!text) {
    if (SaysSomething(plan)) SetMember("tool_plan", plan, *kept.mutable_extra());
  } else if (has_text_) {
    late_plan_ += *text;
  } else if (!text->empty()) {
    delta.mutable_content()->append(*text);
  }
}

void CohereMessageStream::ReadCalls(const json::value& calls, const Place& place, v1::Delta& delta) {
  if (const json::object* call = calls.if_object()) return ReadCall(*call, place, delta);
  const json::array& list = calls.get_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json::object* call = list[i].if_object();
    if (call == nullptr) return answer_.FailUnreadable("a tool call is no object");
    const Place own{.index = static_cast<std::int64_t>(i), .begins = place.begins, .seed = place.seed};
    ReadCall(*call, list.size() == 1 ? place : own, delta);
  }
}

void CohereMessageStream::ReadCall(const json::object& call, const Place& place, v1::Delta& delta) {
  v1::Message holder;
  v1::ToolCall& read = *holder.add_tool_calls();
  ReadOpenAiToolCall(call, read);
  ScopeExtras(v1::API_COHERE, holder);
  auto position = call_places_.Find(place);
  v1::ToolCallDelta& piece = *delta.add_tool_calls();
  if (!position) {
    if (read.function().name().empty()) return answer_.FailUnreadable("a tool call has no name");
    position = calls_++;
    call_places_.Begin(place, *position);
    piece.set_id(read.id().empty() ? MadeUpCallId(place.seed, *position) : read.id());
    piece.set_type(read.type());
    piece.mutable_function()->set_name(read.function().name());
  }
  piece.set_index(static_cast<int>(*position));
  if (!read.function().arguments().empty()) {
    piece.mutable_function()->set_arguments(read.function().arguments());
  }
  if (read.has_extra()) *piece.mutable_extra() = std::move(*read.mutable_extra());
}

void CohereMessageStream::Finish(v1::Delta& delta) {
  v1::Message kept;
  if (!FlattenParts(parts_).complete) SetMember("content", parts_, *kept.mutable_extra());
  if (!late_plan_.empty()) {
    (*kept.mutable_extra()->mutable_fields())["tool_plan"].set_string_value(std::move(late_plan_));
  }
  MoveExtra(kept, delta);
}

}  // namespace spillway::providers
