// How much room the body of a request is given at first. Pure.
#ifndef SPILLWAY_PROVIDERS_BODY_SIZE_H_
#define SPILLWAY_PROVIDERS_BODY_SIZE_H_

#include <cstddef>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Enough for most bodies, at less than the cost of asking the message.
inline std::size_t EstimatedBodySize(const v1::ChatRequest& request) {
  std::size_t size = 512 + 512 * static_cast<std::size_t>(request.tools_size());
  for (const v1::Message& message : request.messages()) size += message.content().size() + 64;
  return size;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BODY_SIZE_H_
