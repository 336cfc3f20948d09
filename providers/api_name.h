// The names of the APIs, as configuration writes them and as a caller's `extra` is scoped by them. Pure.
//
// In any `extra`, a member named after an API holds what only that API's targets get, or what that API's
// answers brought along. Codecs of other APIs pass it over. That is what keeps a conversation sayable to the
// next provider after one has put its marks on it.
#ifndef SPILLWAY_PROVIDERS_API_NAME_H_
#define SPILLWAY_PROVIDERS_API_NAME_H_

#include <array>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

inline constexpr std::array<std::string_view, 7> kApiNames = {
    "openai", "azure_openai", "anthropic", "gemini", "bedrock", "mistral", "cohere"};

// "anthropic"; empty for API_UNSPECIFIED and for numbers this build does not know.
constexpr std::string_view NameOf(v1::Api api) {
  const int index = static_cast<int>(api) - 1;
  return index >= 0 && index < static_cast<int>(kApiNames.size()) ? kApiNames[static_cast<std::size_t>(index)]
                                                                  : std::string_view();
}

// The object that `extra` holds for `api`; null when it holds none.
const google::protobuf::Struct* ScopedExtra(const google::protobuf::Struct& extra, v1::Api api);

// The same to be written to: made where it is not there.
google::protobuf::Struct& MutableScopedExtra(google::protobuf::Struct& extra, v1::Api api);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_API_NAME_H_
