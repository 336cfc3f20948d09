// The end of a content block, or of a tool, as Anthropic's API takes it: what `extra` adds, and the cache
// mark. Pure.
//
// `cache_control` is the one member that is read from the general `extra`, too: it is how callers mark
// caches whatever the API, and others pass it over. All others must stand in `extra.anthropic`.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_END_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_END_H_

#include <span>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"

namespace spillway::providers {

struct AnthropicBlockEnd {
  // The `extra` of what the block was made from.
  const google::protobuf::Struct* own = nullptr;
  // That of what holds it: gives the mark where `own` has none.
  const google::protobuf::Struct* outer = nullptr;
  // Names that the block bears already, beside `type`.
  std::span<const std::string_view> fields;
};

// Writes the members and closes the object. False, with the path in `error`, when one of them bears the
// name of a field, or is more than JSON can express.
[[nodiscard]] bool EndAnthropicBlock(const AnthropicBlockEnd& end, JsonWriter& json, FieldError& error);

// Whether `extra` marks what it belongs to for the cache.
bool HasCacheMark(const google::protobuf::Struct& extra);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_END_H_
