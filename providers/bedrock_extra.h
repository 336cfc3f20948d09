// What a caller's `extra` becomes in a request of Bedrock's Converse.
//
// Converse refuses members it does not know, and has a place for the parameters of models. So: members that
// Converse has itself (guardrailConfig, performanceConfig, …) go where they belong; objects that the codec
// writes, too, are merged, the caller's members first; all others go into additionalModelRequestFields,
// where a member that the caller put there himself comes first. The conversation is reserved: messages,
// system, model, modelId. Holds pointers into the request. Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_EXTRA_H_
#define SPILLWAY_PROVIDERS_BEDROCK_EXTRA_H_

#include <cstdint>
#include <string_view>

#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class BedrockExtra {
 public:
  explicit BedrockExtra(const v1::ChatRequest& request)
      : request_(request), members_(request, v1::API_BEDROCK) {}

  // False when a member is reserved, or is no object where one is merged.
  [[nodiscard]] bool Check(FieldError& error) const;

  bool Has(std::string_view name) const { return members_.Has(name); }
  // What is added to an object of Converse's.
  ExtraMembers In(std::string_view name) const { return members_.In(name); }
  // Whether the caller says himself whether the model thinks.
  bool HasThinking() const;

  // Converse's own members that are not merged.
  [[nodiscard]] bool WriteOwn(JsonWriter& json, FieldError& error) const;
  // additionalModelRequestFields, if there are any; `thinking_budget` as one of them unless it is 0.
  [[nodiscard]] bool WriteModelFields(std::int64_t thinking_budget, JsonWriter& json,
                                      FieldError& error) const;

 private:
  const v1::ChatRequest& request_;
  const ExtraMembers members_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_EXTRA_H_
