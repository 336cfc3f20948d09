// Request parameters that configuration sets for one target in place of the caller's.
//
// The names are ChatRequest's, which are OpenAI's, and the values are read as those of a caller's body would
// be (openai_request_decoder.h): one meaning, whatever API the target then speaks. A name without a field
// travels in `extra`, as do the members of a parameter `extra`; null takes a parameter away. Built once from
// configuration, then immutable and thread-safe. Pure.
#ifndef SPILLWAY_PROVIDERS_PARAMETER_OVERRIDES_H_
#define SPILLWAY_PROVIDERS_PARAMETER_OVERRIDES_H_

#include <google/protobuf/map.h>
#include <google/protobuf/struct.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "providers/field_error.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// What may be set and has a field of its own, in the order of the schema.
std::vector<std::string> ParameterNames();

// Whether the name belongs to a field that is not a target's to set (`model`, `messages`, `stream`, …).
bool IsReservedParameter(std::string_view name);

class ParameterOverrides {
 public:
  // Everything in `parameters`. INVALID_ARGUMENT names the first that no request can carry.
  static absl::StatusOr<ParameterOverrides> Create(const google::protobuf::Struct& parameters);

  // One parameter more. False, with the path from `name` on in `error`, if no request can carry it.
  [[nodiscard]] bool Add(const std::string& name, const google::protobuf::Value& value, FieldError& error);

  bool empty() const { return fields_.empty() && !drops_extra_ && extra_.empty(); }

  // The request to encode: a copy of the caller's with the parameters set. A list or an object takes the
  // place of the caller's whole, but for `extra`, whose members are replaced one by one.
  v1::ChatRequest AppliedTo(const v1::ChatRequest& request) const;

 private:
  bool AddField(const google::protobuf::FieldDescriptor* field, const google::protobuf::Value& value,
                FieldError& error);
  bool AddExtra(const google::protobuf::Value& value, FieldError& error);
  bool AddExtraMember(const std::string& name, const google::protobuf::Value& value, FieldError& error);
  void ApplyExtra(v1::ChatRequest& request) const;

  // Fields that are not the caller's any more, and what they hold instead; unset: nothing.
  std::vector<const google::protobuf::FieldDescriptor*> fields_;
  v1::ChatRequest values_;
  // The same for the members of `extra`; null: nothing.
  google::protobuf::Map<std::string, google::protobuf::Value> extra_;
  // Whether the caller's `extra` goes as a whole.
  bool drops_extra_ = false;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_PARAMETER_OVERRIDES_H_
