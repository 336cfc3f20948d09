#include <cmath>
#include <optional>
#include <string>

#include "providers/duration_text.h"
#include "providers/error_body.h"
#include "providers/http_date.h"
#include "providers/retry_hint.h"
#include "tests/fuzz/exchange_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/promises.h"

namespace spillway::fuzz {
namespace {

void CheckLength(std::optional<router::Duration> length) {
  if (!length) return;
  Require(*length >= router::Duration::zero() && *length <= providers::kLongestHint,
          "a length of time is within bounds");
}

// Every reader of times on one text.
void CheckText(const std::string& text) {
  CheckLength(providers::ParseDurationText(text));
  CheckLength(providers::FindDurationHint(text));
  if (const auto number = providers::ParseDecimal(text)) {
    CheckLength(providers::FromSeconds(*number));
  }
  providers::ParseHttpDate(text, kArrival);
  providers::ParseRfc3339(text);
}

}  // namespace

void FuzzRetryHint(std::string_view input) {
  const HttpResponse response = ResponseWithHeaders(input);
  const providers::ErrorBody body = providers::ParseErrorBody(response.body);
  CheckLength(body.retry_delay);
  if (const auto hint = providers::FindRetryHint(response, body, kArrival)) CheckHint(*hint);
  for (const auto& [name, value] : response.headers) CheckText(value);
  CheckText(body.message);
}

}  // namespace spillway::fuzz
