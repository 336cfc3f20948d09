#include "providers/gemini_content_reader.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "providers/api_name.h"
#include "providers/gemini_kept.h"
#include "providers/json_document.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string_view TextIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or("");
}

bool IsThought(const json::object& part) {
  const json::value* thought = part.if_contains("thought");
  return thought != nullptr && thought->is_bool() && thought->get_bool();
}

bool IsText(const json::object& part) {
  const json::value* text = part.if_contains("text");
  return text != nullptr && text->is_string();
}

// Whether a part says nothing beside its text or call and what belongs to it.
bool IsPlain(const json::object& part) {
  for (const auto& member : part) {
    const std::string_view name = View(member.key());
    if (name != "text" && name != "functionCall" && name != "thought" && name != "thoughtSignature")
      return false;
  }
  return true;
}

void KeepOthers(const json::object& object, std::initializer_list<std::string_view> done,
                v1::ToolCallDelta& out) {
  for (const auto& member : object) {
    const std::string_view name = View(member.key());
    if (std::find(done.begin(), done.end(), name) != done.end()) continue;
    SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_GEMINI));
  }
}

}  // namespace

std::string_view GeminiContentReader::Read(const json::object& content, std::string_view call_seed,
                                           v1::Delta& out) {
  for (const auto& member : content) {
    const std::string_view name = View(member.key());
    const json::array* parts = name == "parts" ? member.value().if_array() : nullptr;
    if (parts != nullptr) {
      for (const auto& part : *parts) {
        const json::object* object = part.if_object();
        if (object == nullptr) return "a part of a candidate is no object";
        const std::string_view problem = ReadPart(*object, call_seed, out);
        if (!problem.empty()) return problem;
      }
    } else if (name == "parts" && !member.value().is_null()) {
      return "the parts of a candidate are no list";
    } else if (name != "role" && name != "parts") {
      SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_GEMINI));
    }
  }
  return {};
}

void GeminiContentReader::Finish(v1::Delta& out) {
  // An empty text beside calls only carries a signature.
  const bool has_content = texts_ > 0 && (!empty_ || calls_ == 0);
  if (has_content && empty_) out.mutable_content();
  if (implied_ && !signature_.empty()) implied_ = texts_ == 1 && has_content;
  if (!implied_) {
    KeptGeminiParts(*out.mutable_extra()) = TakeKept();
  } else if (!signature_.empty()) {
    KeepGeminiSignature(signature_, *out.mutable_extra());
  }
}

std::string_view GeminiContentReader::ReadPart(const json::object& part, std::string_view call_seed,
                                               v1::Delta& out) {
  KeepPart(part);
  if (const json::value* call = part.if_contains("functionCall")) {
    return ReadCall(*call, part, call_seed, out);
  }
  const std::string_view signature = TextIn(part, "thoughtSignature");
  if (!IsText(part) || !IsPlain(part)) {
    implied_ = false;
  } else if (IsThought(part)) {
    implied_ = implied_ && signature.empty();
  } else {
    implied_ = implied_ && calls_ == 0;
    if (!signature.empty()) signature_ = signature;
  }
  if (IsText(part)) ReadText(part, out);
  return {};
}

void GeminiContentReader::ReadText(const json::object& part, v1::Delta& out) {
  const std::string_view text = TextIn(part, "text");
  if (IsThought(part)) {
    out.mutable_reasoning_content()->append(text);
    return;
  }
  ++texts_;
  if (text.empty()) return;
  empty_ = false;
  out.mutable_content()->append(text);
}

std::string_view GeminiContentReader::ReadCall(const json::value& value, const json::object& part,
                                               std::string_view call_seed, v1::Delta& out) {
  const json::object* call = value.if_object();
  const std::string_view name = call == nullptr ? "" : TextIn(*call, "name");
  if (name.empty()) return "a call of a candidate names no function";
  const int place = calls_++;
  v1::ToolCallDelta& added = *out.add_tool_calls();
  added.set_index(place);
  added.set_type("function");
  added.mutable_function()->set_name(std::string(name));
  added.mutable_function()->set_arguments(ArgumentsText(call->if_contains("args")));
  const std::string_view id = TextIn(*call, "id");
  if (!id.empty()) KeepGeminiCallId(id, *added.mutable_extra());
  added.set_id(id.empty() ? MadeUpCallId(call_seed, static_cast<std::uint64_t>(place)) : std::string(id));
  const std::string_view signature = TextIn(part, "thoughtSignature");
  if (!signature.empty()) KeepGeminiSignature(signature, *added.mutable_extra());
  KeepOthers(*call, {"name", "args", "id"}, added);
  KeepOthers(part, {"functionCall", "thoughtSignature"}, added);
  return {};
}

// Whether they will be needed only the end tells.
void GeminiContentReader::KeepPart(const json::object& part) {
  if (const json::value* call = part.if_contains("functionCall")) {
    const json::value* name = Member(*call, "name");
    if (name != nullptr) parts_.emplace_back(CallOf{std::string(AsText(*name).value_or(""))});
    return;
  }
  const bool signed_text = !TextIn(part, "thoughtSignature").empty();
  if (IsThought(part) && IsText(part) && !signed_text) return;
  if (part.size() != 1 || !IsText(part)) {
    ReadStruct(part, parts_.emplace_back().emplace<google::protobuf::Struct>());
    return;
  }
  // A text that comes in many chunks is one all the same.
  if (parts_.empty() || !std::holds_alternative<PlainText>(parts_.back())) parts_.emplace_back(PlainText());
  std::get<PlainText>(parts_.back()).text.append(TextIn(part, "text"));
}

google::protobuf::ListValue GeminiContentReader::TakeKept() {
  google::protobuf::ListValue list;
  for (auto& part : parts_) {
    google::protobuf::Struct& kept = *list.add_values()->mutable_struct_value();
    if (auto* text = std::get_if<PlainText>(&part)) {
      (*kept.mutable_fields())["text"].set_string_value(std::move(text->text));
    } else if (const auto* call = std::get_if<CallOf>(&part)) {
      SetMember("functionCall", json::object{{"name", call->name}}, kept);
    } else {
      kept = std::move(std::get<google::protobuf::Struct>(part));
    }
  }
  return list;
}

}  // namespace spillway::providers
