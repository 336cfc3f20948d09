#include "tests/sim/openai_tools.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "tests/sim/openai_completion.h"
#include "tests/sim/schema_sample.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

json::object CallOf(const json::object& function) {
  const json::value* parameters = function.if_contains("parameters");
  const json::value arguments = parameters == nullptr ? json::value(json::object()) : SampleOf(*parameters);
  return {{"type", "function"},
          {"function", {{"name", function.at("name")}, {"arguments", json::serialize(arguments)}}}};
}

bool LastMessageIsToolResult(const json::object& request) {
  const json::value& role = request.at("messages").as_array().back().as_object().at("role");
  return role == "tool" || role == "function";
}

bool OneCallOnly(const json::object& request) {
  const json::value* parallel = request.if_contains("parallel_tool_calls");
  return parallel != nullptr && parallel->is_bool() && !parallel->get_bool();
}

// The name tool_choice gives, or "".
std::string ChosenFunction(const json::value& choice) {
  const json::object* object = choice.if_object();
  const json::value* function = object == nullptr ? nullptr : object->if_contains("function");
  const json::value* name =
      function == nullptr || !function->is_object() ? nullptr : function->get_object().if_contains("name");
  return name == nullptr || !name->is_string() ? "" : std::string(name->get_string());
}

}  // namespace

ToolDecision DecideTools(const json::object& request) {
  ToolDecision decision;
  const json::value* tools = request.if_contains("tools");
  if (tools == nullptr || !tools->is_array()) return decision;
  const json::value* given = request.if_contains("tool_choice");
  const json::value choice = given == nullptr || given->is_null() ? json::value("auto") : *given;
  if (choice == "none") return decision;
  const std::string chosen = ChosenFunction(choice);
  const bool required = choice == "required";
  if (!chosen.empty()) decision.finish_reason = "stop";
  if (chosen.empty() && !required && LastMessageIsToolResult(request)) return decision;

  const std::string text = LastText(request, "user");
  for (const json::value& tool : tools->get_array()) {
    const json::object& function = tool.at("function").as_object();
    const std::string name(function.at("name").as_string());
    const bool wanted = chosen.empty() ? text.find(name) != std::string::npos : name == chosen;
    if (!wanted || (OneCallOnly(request) && !decision.calls.empty())) continue;
    decision.calls.push_back(CallOf(function));
  }
  if (required && decision.calls.empty()) {
    decision.calls.push_back(CallOf(tools->get_array().front().at("function").as_object()));
  }
  return decision;
}

}  // namespace spillway::sim
