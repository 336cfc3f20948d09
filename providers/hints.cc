#include "providers/hints.h"

#include <algorithm>

namespace spillway::providers {
namespace {

struct Hint {
  std::string_view name;
  bool (*asks)(const v1::ChatRequest& request);
};

bool AsksForATier(const v1::ChatRequest& request) {
  const std::string& tier = request.service_tier();
  return !tier.empty() && tier != "auto" && tier != "default";
}

bool AsksForOneCallAtATime(const v1::ChatRequest& request) {
  return request.has_parallel_tool_calls() && !request.parallel_tool_calls();
}

constexpr Hint kHints[] = {
    {"seed", [](const v1::ChatRequest& request) { return request.has_seed(); }},
    {"presence_penalty", [](const v1::ChatRequest& request) { return request.presence_penalty() != 0; }},
    {"frequency_penalty", [](const v1::ChatRequest& request) { return request.frequency_penalty() != 0; }},
    {"user", [](const v1::ChatRequest& request) { return !request.user().empty(); }},
    {"safety_identifier",
     [](const v1::ChatRequest& request) { return !request.safety_identifier().empty(); }},
    {"metadata", [](const v1::ChatRequest& request) { return !request.metadata().empty(); }},
    {"store", [](const v1::ChatRequest& request) { return request.store(); }},
    {"service_tier", AsksForATier},
    {"verbosity", [](const v1::ChatRequest& request) { return !request.verbosity().empty(); }},
    {"parallel_tool_calls", AsksForOneCallAtATime},
    {"prediction", [](const v1::ChatRequest& request) { return request.has_prediction(); }},
    {"prompt_cache_key", [](const v1::ChatRequest& request) { return !request.prompt_cache_key().empty(); }},
    {"prompt_cache_retention",
     [](const v1::ChatRequest& request) { return !request.prompt_cache_retention().empty(); }},
};

}  // namespace

void DropHints(const v1::ChatRequest& request, std::initializer_list<std::string_view> seen_to,
               DroppedFields& dropped) {
  for (const Hint& hint : kHints) {
    if (std::find(seen_to.begin(), seen_to.end(), hint.name) != seen_to.end()) continue;
    dropped.AddIf(hint.asks(request), hint.name);
  }
}

}  // namespace spillway::providers
