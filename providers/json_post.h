// A POST of JSON for JSON, or for events: what every API's chat call is. Pure.
#ifndef SPILLWAY_PROVIDERS_JSON_POST_H_
#define SPILLWAY_PROVIDERS_JSON_POST_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/codec.h"

namespace spillway::providers {

inline EncodedRequest JsonPost(std::string path, std::string body,
                               std::vector<std::string_view> dropped = {}) {
  EncodedRequest request{{.path = std::move(path), .headers = {}, .body = std::move(body)},
                         std::move(dropped)};
  request.headers.reserve(3);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", "application/json");
  return request;
}

// What `request` should be answered with, in place of JSON.
inline void Accept(std::string_view type, EncodedRequest& request) {
  for (auto& [name, value] : request.headers) {
    if (name == "Accept") value = std::string(type);
  }
}

inline constexpr std::string_view kEventStream = "text/event-stream";

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_JSON_POST_H_
