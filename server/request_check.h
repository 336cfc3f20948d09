// The caller's own mistakes, found before any target is asked.
//
// Only what no provider could take: anything a provider may have an opinion on is left to it.
#ifndef SPILLWAY_SERVER_REQUEST_CHECK_H_
#define SPILLWAY_SERVER_REQUEST_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/v1/chat.pb.h"

namespace spillway::server {

struct FieldViolation {
  // As in `messages[2].role`.
  std::string field;
  std::string description;
};

// What is wrong with the name of a model, whoever asks for it; empty: nothing.
std::vector<FieldViolation> CheckModel(const std::string& model);

// Empty: the request may go on.
std::vector<FieldViolation> CheckRequest(const v1::ChatRequest& request, std::uint32_t max_messages);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_REQUEST_CHECK_H_
