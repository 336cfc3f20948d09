#include "server/grpc/pending_events.h"

#include <cstdint>
#include <utility>

namespace spillway::server {
namespace {

// What a delta says. Pieces of two kinds stay apart: in one delta, nothing would tell which came first.
enum Voice : std::uint8_t {
  kSilent = 0,
  kContent = 1,
  kRefusal = 2,
  kReasoning = 4,
  kCalls = 8,
  kFunction = 16,
};

std::uint8_t VoicesOf(const v1::Delta& delta) {
  std::uint8_t voices = kSilent;
  if (delta.has_content()) voices |= kContent;
  if (delta.has_refusal()) voices |= kRefusal;
  if (delta.has_reasoning_content()) voices |= kReasoning;
  if (!delta.tool_calls().empty()) voices |= kCalls;
  if (delta.has_function_call()) voices |= kFunction;
  return voices;
}

// Whether `next` is a piece that only goes on with what was begun.
bool MayFollow(const v1::Delta& delta, const v1::Delta& next) {
  // Their members have rules of their own; they are rare, and may stay apart.
  if (delta.has_audio() || next.has_audio() || delta.has_extra() || next.has_extra()) return false;
  if (next.role() != v1::ROLE_UNSPECIFIED && next.role() != delta.role()) return false;
  if (next.has_function_call() && !next.function_call().name().empty()) return false;
  if (delta.has_logprobs() && delta.logprobs().has_extra()) return false;
  if (next.has_logprobs() && next.logprobs().has_extra()) return false;
  const std::uint8_t before = VoicesOf(delta);
  const std::uint8_t after = VoicesOf(next);
  if (before == kSilent || after == kSilent) return true;
  const bool one = (before & (before - 1)) == 0;
  return one && before == after;
}

// Whether `piece` says nothing but how the call before it goes on.
bool GoesOn(const v1::ToolCallDelta& call, const v1::ToolCallDelta& piece) {
  if (piece.index() != call.index() || !piece.id().empty() || !piece.type().empty() || piece.has_extra()) {
    return false;
  }
  if (piece.has_function() == piece.has_custom()) return false;
  if (piece.has_function()) return call.has_function() && piece.function().name().empty();
  return call.has_custom() && piece.custom().name().empty();
}

void AddCall(v1::Delta& delta, v1::ToolCallDelta& piece) {
  if (!delta.tool_calls().empty()) {
    v1::ToolCallDelta& call = *delta.mutable_tool_calls(delta.tool_calls_size() - 1);
    if (GoesOn(call, piece)) {
      if (piece.has_function()) {
        call.mutable_function()->mutable_arguments()->append(piece.function().arguments());
      } else {
        call.mutable_custom()->mutable_input()->append(piece.custom().input());
      }
      return;
    }
  }
  *delta.add_tool_calls() = std::move(piece);
}

}  // namespace

bool Merge(v1::Delta& delta, v1::Delta& next) {
  if (!MayFollow(delta, next)) return false;
  if (next.has_content()) delta.mutable_content()->append(next.content());
  if (next.has_refusal()) delta.mutable_refusal()->append(next.refusal());
  if (next.has_reasoning_content()) delta.mutable_reasoning_content()->append(next.reasoning_content());
  for (v1::ToolCallDelta& piece : *next.mutable_tool_calls()) AddCall(delta, piece);
  if (next.has_function_call()) {
    delta.mutable_function_call()->mutable_arguments()->append(next.function_call().arguments());
  }
  for (auto& annotation : *next.mutable_annotations()) *delta.add_annotations() = std::move(annotation);
  // Its lists are appended, which is what is to become of them.
  if (next.has_logprobs()) delta.mutable_logprobs()->MergeFrom(next.logprobs());
  return true;
}

void PendingEvents::Push(v1::ChatEvent event) {
  const std::size_t bytes = event.ByteSizeLong();
  if (event.has_delta()) {
    Entry* const latest = LatestOf(event.delta().choice_index());
    if (latest != nullptr && Merge(*latest->event.mutable_delta(), *event.mutable_delta())) {
      latest->bytes += bytes;
      bytes_ += bytes;
      return;
    }
  }
  bytes_ += bytes + kEventBytes;
  events_.push_back({std::move(event), bytes + kEventBytes});
}

v1::ChatEvent PendingEvents::Pop() {
  Entry& first = events_.front();
  bytes_ -= first.bytes;
  v1::ChatEvent event = std::move(first.event);
  events_.pop_front();
  return event;
}

void PendingEvents::Clear() {
  events_.clear();
  bytes_ = 0;
}

PendingEvents::Entry* PendingEvents::LatestOf(int choice) {
  for (auto entry = events_.rbegin(); entry != events_.rend(); ++entry) {
    if (!entry->event.has_delta()) return nullptr;
    if (entry->event.delta().choice_index() == choice) return &*entry;
  }
  return nullptr;
}

}  // namespace spillway::server
