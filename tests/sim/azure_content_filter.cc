#include "tests/sim/azure_content_filter.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace spillway::sim {
namespace json = boost::json;

json::object ContentFilterResults() {
  json::object results;
  for (const char* category : {"hate", "self_harm", "sexual", "violence"}) {
    results[category] = {{"filtered", false}, {"severity", "safe"}};
  }
  return results;
}

void AddContentFilterResults(json::object& completion) {
  for (json::value& choice : completion.at("choices").as_array()) {
    const bool text = choice.at("message").at("content").is_string();
    choice.as_object()["content_filter_results"] = text ? ContentFilterResults() : json::object();
  }
  json::object prompt = ContentFilterResults();
  prompt["jailbreak"] = {{"filtered", false}, {"detected", false}};
  completion["prompt_filter_results"] =
      json::array{{{"prompt_index", 0}, {"content_filter_results", std::move(prompt)}}};
}

}  // namespace spillway::sim
