// google.protobuf.Struct <-> JSON.
//
// Struct keeps numbers as doubles and members in no order: an integer beyond 2^53 becomes the
// nearest double, and members are written sorted by name. The order matters: tool schemas
// travel as Structs, and a provider's prompt cache only hits on the same bytes. Pure functions.
#ifndef SPILLWAY_PROVIDERS_STRUCT_JSON_H_
#define SPILLWAY_PROVIDERS_STRUCT_JSON_H_

#include <boost/json.hpp>
#include <span>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"

namespace spillway::providers {

// Writes `value` as one object. False, with the path in `error`, for what JSON cannot express:
// a number that is not finite, a Value of no kind.
[[nodiscard]] bool WriteStruct(const google::protobuf::Struct& value, JsonWriter& json, FieldError& error);

// The same for one Value.
[[nodiscard]] bool WriteValue(const google::protobuf::Value& value, JsonWriter& json, FieldError& error);

// The same, and never at a loss: what JSON cannot express is null.
void WriteStructOrNull(const google::protobuf::Struct& value, JsonWriter& json);
void WriteValueOrNull(const google::protobuf::Value& value, JsonWriter& json);
// The members of an object being written, but for those named in `passed_over`.
void WriteMembersOrNull(const google::protobuf::Struct& members,
                        std::span<const std::string_view> passed_over, JsonWriter& json);

// Writes the members of `extra` into the object being written, but for those named in `done`, which the
// caller has seen to, and those named after an API (api_name.h). False when one bears a name out of
// `reserved`, which the object's own fields write; the path in `error` starts with "extra".
[[nodiscard]] bool WriteExtra(const google::protobuf::Struct& extra,
                              std::span<const std::string_view> reserved, JsonWriter& json, FieldError& error,
                              std::span<const std::string_view> done = {});

// The same where `members` is not called `extra`: the path starts with the member's own name.
[[nodiscard]] bool WriteMembers(const google::protobuf::Struct& members,
                                std::span<const std::string_view> reserved, JsonWriter& json,
                                FieldError& error, std::span<const std::string_view> done = {});

// The object that `extra` holds under `name`; null when it holds none. Codecs keep there what a
// nested message without an `extra` of its own cannot hold.
const google::protobuf::Struct* NestedExtra(const google::protobuf::Struct& extra, std::string_view name);

// Adds every member of `object` to `out`, which keeps what else it holds. A number beyond a
// double's range becomes the text "Infinity", as in proto-JSON.
void ReadStruct(const boost::json::object& object, google::protobuf::Struct& out);

// One value of any kind.
void ReadValue(const boost::json::value& value, google::protobuf::Value& out);

// Sets member `name` of `out`, in place of what it was.
void SetMember(std::string_view name, const boost::json::value& value, google::protobuf::Struct& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_STRUCT_JSON_H_
