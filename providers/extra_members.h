// What a caller's `extra` adds to one object of a provider's request body.
//
// Top level: the members of `extra` itself, but for those named after an API, and those in the member
// named after this one, which win. They take the place of what the codec would write there itself:
//
//   if (!extra.Has("thinking")) WriteThinking(…);
//   …
//   extra.Write({"messages", "model"}, json, error);     // what must not be replaced is refused
//
// Where the codec writes an object member by member, In(name) is what `extra` adds to that one.
// Holds pointers into the request. Pure.
#ifndef SPILLWAY_PROVIDERS_EXTRA_MEMBERS_H_
#define SPILLWAY_PROVIDERS_EXTRA_MEMBERS_H_

#include <span>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

class ExtraMembers {
 public:
  ExtraMembers(const v1::ChatRequest& request, v1::Api api);

  bool empty() const;
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // The value for `name`, or null.
  const google::protobuf::Value* Find(std::string_view name) const;

  // For the object `name`, which the codec writes: empty unless `extra` has an object there.
  ExtraMembers In(std::string_view name) const;

  // Writes all members into the object being written, but for those that In was meant for (`done`). False
  // when one is `reserved`: the conversation itself is not extra. The path in `error` starts with "extra".
  [[nodiscard]] bool Write(std::span<const std::string_view> reserved, std::span<const std::string_view> done,
                           JsonWriter& json, FieldError& error) const;

 private:
  ExtraMembers() = default;

  // Empty for what In returned: its place is the caller's to tell.
  std::string_view api_name_;
  // Either may be null. Of the scoped one every member counts; of the general one those of no API.
  const google::protobuf::Struct* general_ = nullptr;
  const google::protobuf::Struct* scoped_ = nullptr;
};

// False, with its path in `error`, for a member of `extra` that bears the name of a field of ChatRequest, or
// is `stream`: refused whatever the API.
[[nodiscard]] bool CheckExtraNames(const google::protobuf::Struct& extra, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_EXTRA_MEMBERS_H_
