#include "providers/openai_call_stream.h"

#include <utility>

#include "providers/json_document.h"
#include "providers/openai_call_reader.h"
#include "providers/stable_hash.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

const std::string& NameOf(const v1::ToolCallDelta& piece) {
  return piece.has_custom() && !piece.custom().name().empty() ? piece.custom().name()
                                                              : piece.function().name();
}

void ForgetName(v1::ToolCallDelta& piece) {
  if (piece.has_function()) piece.mutable_function()->clear_name();
  if (piece.has_custom()) piece.mutable_custom()->clear_name();
}

}  // namespace

std::size_t OpenAiCallStream::PlaceOf(std::optional<std::int64_t> index,
                                      const v1::ToolCallDelta& piece) const {
  if (calls_.empty()) return 0;
  const auto known = index ? places_.find(*index) : places_.end();
  if (index && known == places_.end()) return calls_.size();
  const std::size_t place = index ? known->second : calls_.size() - 1;
  const Call& call = calls_[place];
  const std::string& name = NameOf(piece);
  const bool other_id = !piece.id().empty() && !call.id.empty() && piece.id() != call.id;
  const bool other_name = !name.empty() && !call.name.empty() && name != call.name;
  const bool begins = index ? (other_id && !name.empty()) || other_name
                            : other_id || other_name || (piece.id().empty() && !name.empty());
  return begins ? calls_.size() : place;
}

void OpenAiCallStream::Add(const json::object& piece, std::string_view answer, v1::Delta& out) {
  v1::ToolCallDelta& delta = *out.add_tool_calls();
  ReadOpenAiToolCall(piece, delta);
  const json::value* said = piece.if_contains("index");
  const auto index = said == nullptr ? std::nullopt : AsWhole(*said);
  const std::size_t place = PlaceOf(index, delta);
  delta.set_index(static_cast<std::int32_t>(place));
  const bool begins = place == calls_.size();
  Call& call = begins ? calls_.emplace_back() : calls_[place];
  if (begins) {
    call = {delta.id(), NameOf(delta), !delta.type().empty()};
    if (index) places_[*index] = place;
    // Of the first choice the calls are named as in a whole answer.
    const std::uint64_t number = (static_cast<std::uint64_t>(choice_) << 32) + place;
    if (delta.id().empty()) delta.set_id(MadeUpCallId(answer, number));
    return;
  }
  if (call.id.empty()) call.id = delta.id();
  delta.clear_id();
  if (call.has_type) delta.clear_type();
  call.has_type = call.has_type || !delta.type().empty();
  if (!call.name.empty()) {
    ForgetName(delta);
  } else {
    call.name = NameOf(delta);
  }
}

}  // namespace spillway::providers
