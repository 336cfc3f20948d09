// The ids of a conversation's tool calls, made fit for an API that is particular about them.
//
// Ids come from whichever provider made the call and must reach another one so that a result still
// finds its call. An id that the API takes stays as it is. Any other becomes one derived from it,
// always the same for the same conversation, so that a provider's prompt cache still hits. An id
// that a later turn uses again (some servers count from 0 in every answer) gets one of its own.
//
// Walk the messages in their order: For a call, then for its results. Holds views into the
// request. Not thread-safe. Pure.
#ifndef SPILLWAY_PROVIDERS_TOOL_CALL_IDS_H_
#define SPILLWAY_PROVIDERS_TOOL_CALL_IDS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace spillway::providers {

// What an API takes for an id.
struct ToolCallIdForm {
  std::size_t min_length = 1;
  std::size_t max_length = 64;
  // What may be in it beside ASCII letters and digits.
  std::string_view punctuation = "_-";
};

class ToolCallIds {
 public:
  explicit ToolCallIds(ToolCallIdForm form) : form_(form) {}

  // The id to send for the next call, which the conversation knows as `id` (possibly empty).
  std::string ForCall(std::string_view id);

  // The id to send for the result of `id`: that of the latest call with it. A result without a call
  // gets an id in the API's form all the same; the provider will say what it thinks of it.
  std::string ForResult(std::string_view id) const;

 private:
  bool Fits(std::string_view id) const;
  std::string Derived(std::string_view id, std::size_t occurrence) const;

  const ToolCallIdForm form_;
  // What the latest call with an id was sent as.
  absl::flat_hash_map<std::string_view, std::string> latest_;
  absl::flat_hash_set<std::string> taken_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_TOOL_CALL_IDS_H_
