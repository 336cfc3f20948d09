#include "providers/request_id.h"

#include <string_view>

#include "providers/utf8.h"

namespace spillway::providers {
namespace {

// Most telling first: Azure sends several, proxies add the last.
constexpr std::string_view kNames[] = {"apim-request-id",        "x-request-id",     "request-id",
                                       "x-amzn-requestid",       "x-generation-id",  "x-ds-trace-id",
                                       "mistral-correlation-id", "x-debug-trace-id", "cf-ray"};
constexpr std::size_t kLongest = 128;

}  // namespace

std::string ProviderRequestId(const HttpHeaders& headers) {
  for (const std::string_view name : kNames) {
    const std::string* value = FindHeader(headers, name);
    if (value == nullptr || value->empty()) continue;
    const std::string repaired = RepairUtf8(*value);
    return std::string(CutUtf8(repaired, kLongest));
  }
  return {};
}

}  // namespace spillway::providers
