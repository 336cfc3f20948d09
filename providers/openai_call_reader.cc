#include "providers/openai_call_reader.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "providers/json_document.h"
#include "providers/json_text.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string ArgumentsText(const json::value& arguments) {
  if (const auto text = AsText(arguments)) return std::string(*text);
  return arguments.is_null() ? std::string() : JsonText(arguments);
}

// Keeps what the nested object `where` holds beside its own two texts. `Owner` has the `extra`.
template <typename Owner>
void KeepNested(std::string_view where, const json::key_value_pair& member, Owner& owner) {
  auto& slot = (*owner.mutable_extra()->mutable_fields())[std::string(where)];
  SetMember(View(member.key()), member.value(), *slot.mutable_struct_value());
}

template <typename Owner>
void ReadFunction(const json::object& call, std::string_view where, v1::FunctionCall& out, Owner& owner) {
  for (const auto& member : call) {
    const std::string_view name = View(member.key());
    const auto text = AsText(member.value());
    if (name == "name" && text) {
      out.set_name(std::string(*text));
    } else if (name == "arguments") {
      out.set_arguments(ArgumentsText(member.value()));
    } else {
      KeepNested(where, member, owner);
    }
  }
}

template <typename Owner>
void ReadCustom(const json::object& call, v1::CustomCall& out, Owner& owner) {
  for (const auto& member : call) {
    const std::string_view name = View(member.key());
    const auto text = AsText(member.value());
    if (name == "name" && text) {
      out.set_name(std::string(*text));
    } else if (name == "input" && text) {
      out.set_input(std::string(*text));
    } else {
      KeepNested("custom", member, owner);
    }
  }
}

bool AllEmpty(const json::object& object) {
  return std::all_of(object.begin(), object.end(), [](const auto& member) {
    return member.value().is_null() || AsText(member.value()) == "";
  });
}

// Whether the call's object `name` is there and says something, or is all there is.
const json::object* Present(const json::object& call, std::string_view name, std::string_view other) {
  const json::value* value = call.if_contains({name.data(), name.size()});
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr) return nullptr;
  const json::value* rival = call.if_contains({other.data(), other.size()});
  const bool has_rival = rival != nullptr && rival->is_object() && !AllEmpty(rival->get_object());
  return has_rival && AllEmpty(*object) ? nullptr : object;
}

// `Call` is a ToolCall or a ToolCallDelta.
template <typename Call>
void ReadMember(const json::object& call, const json::key_value_pair& member, Call& out) {
  const std::string_view name = View(member.key());
  const auto text = AsText(member.value());
  if (name == "id" && text) {
    out.set_id(std::string(*text));
  } else if (name == "type" && text) {
    out.set_type(std::string(*text));
  } else if (name == "function" && member.value().is_object()) {
    if (const auto* object = Present(call, "function", "custom")) {
      ReadFunction(*object, "function", *out.mutable_function(), out);
    }
  } else if (name == "custom" && member.value().is_object()) {
    if (const auto* object = Present(call, "custom", "function")) {
      ReadCustom(*object, *out.mutable_custom(), out);
    }
  } else if (!(member.value().is_null() &&
               (name == "id" || name == "type" || name == "function" || name == "custom"))) {
    SetMember(name, member.value(), *out.mutable_extra());
  }
}

}  // namespace

void ReadOpenAiToolCall(const json::object& call, v1::ToolCall& out) {
  for (const auto& member : call) ReadMember(call, member, out);
}

void ReadOpenAiToolCall(const json::object& call, v1::ToolCallDelta& out) {
  for (const auto& member : call) {
    if (member.key() != "index") ReadMember(call, member, out);
  }
}

void ReadOpenAiFunctionCall(const json::object& call, v1::Message& out) {
  if (AllEmpty(call)) return;
  ReadFunction(call, "function_call", *out.mutable_function_call(), out);
}

void ReadOpenAiFunctionCall(const json::object& call, v1::Delta& out) {
  if (AllEmpty(call)) return;
  ReadFunction(call, "function_call", *out.mutable_function_call(), out);
}

}  // namespace spillway::providers
