#include "providers/bedrock_exceptions.h"

#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace spillway::providers {
namespace {

struct Exception {
  std::string_view name;
  int status;
};

constexpr Exception kExceptions[] = {
    {"AccessDeniedException", 403},       {"InternalServerException", 500},
    {"ModelErrorException", 424},         {"ModelNotReadyException", 429},
    {"ModelStreamErrorException", 424},   {"ModelTimeoutException", 408},
    {"ResourceNotFoundException", 404},   {"ServiceQuotaExceededException", 400},
    {"ServiceUnavailableException", 503}, {"ThrottlingException", 429},
    {"ValidationException", 400},
};

// Null for any other. The case of the first letter depends on who wrote it.
const Exception* Find(std::string_view name) {
  for (const Exception& exception : kExceptions) {
    if (absl::EqualsIgnoreCase({name.data(), name.size()}, {exception.name.data(), exception.name.size()})) {
      return &exception;
    }
  }
  return nullptr;
}

// A name, or a status in digits.
void SetName(std::string_view name, ErrorBody& body) {
  int status = 0;
  if (const Exception* known = Find(name)) {
    body.type = std::string(known->name);
    body.embedded_status = known->status;
  } else if (absl::SimpleAtoi({name.data(), name.size()}, &status) && status >= 400 && status <= 599) {
    body.embedded_status = status;
  } else if (!name.empty()) {
    body.type = std::string(name);
  }
}

}  // namespace

std::optional<ErrorBody> BedrockErrorIn(const EventStreamMessage& message) {
  const std::string_view kind = message.Header(":message-type");
  const std::string_view event = message.Header(":event-type");
  const std::string_view exception = message.Header(":exception-type");
  const bool error = kind == "error" || !message.Header(":error-code").empty();
  if (!error && kind != "exception" && exception.empty() && Find(event) == nullptr) return std::nullopt;
  ErrorBody body = ParseErrorBody(message.payload);
  if (error) {
    SetName(message.Header(":error-code"), body);
    if (body.message.empty()) body.message = std::string(message.Header(":error-message"));
  } else {
    SetName(exception.empty() ? event : exception, body);
  }
  return body;
}

}  // namespace spillway::providers
