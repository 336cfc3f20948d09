#include "providers/gemini_content_reader.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
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

class Reader {
 public:
  Reader(std::string_view call_seed, v1::Message& out) : call_seed_(call_seed), out_(out) {}

  std::string_view Read(const json::array& parts) {
    for (const auto& part : parts) {
      const json::object* object = part.if_object();
      if (object == nullptr) return "a part of a candidate is no object";
      const std::string_view problem = ReadPart(*object);
      if (!problem.empty()) return problem;
    }
    // An empty text beside calls only carries a signature.
    if (texts_ > 0 && (!text_.empty() || out_.tool_calls().empty())) out_.set_content(text_);
    if (implied_ && !signature_.empty()) implied_ = texts_ == 1 && out_.has_content();
    if (implied_ && !signature_.empty()) KeepGeminiSignature(signature_, *out_.mutable_extra());
    if (!implied_) KeepParts(parts);
    return {};
  }

 private:
  std::string_view ReadPart(const json::object& part) {
    if (const json::value* call = part.if_contains("functionCall")) return ReadCall(*call, part);
    const std::string_view signature = TextIn(part, "thoughtSignature");
    if (!IsText(part) || !IsPlain(part)) {
      implied_ = false;
    } else if (IsThought(part)) {
      implied_ = implied_ && signature.empty();
    } else {
      implied_ = implied_ && out_.tool_calls().empty();
      if (!signature.empty()) signature_ = signature;
    }
    if (!IsText(part)) return {};
    if (IsThought(part)) {
      out_.mutable_reasoning_content()->append(TextIn(part, "text"));
    } else {
      text_.append(TextIn(part, "text"));
      ++texts_;
    }
    return {};
  }

  std::string_view ReadCall(const json::value& value, const json::object& part) {
    const json::object* call = value.if_object();
    const std::string_view name = call == nullptr ? "" : TextIn(*call, "name");
    if (name.empty()) return "a call of a candidate names no function";
    const int place = out_.tool_calls_size();
    v1::ToolCall& out = *out_.add_tool_calls();
    out.set_type("function");
    out.mutable_function()->set_name(std::string(name));
    out.mutable_function()->set_arguments(ArgumentsText(call->if_contains("args")));
    const std::string_view id = TextIn(*call, "id");
    if (!id.empty()) KeepGeminiCallId(id, out);
    out.set_id(id.empty() ? MadeUpCallId(call_seed_, static_cast<std::uint64_t>(place)) : std::string(id));
    const std::string_view signature = TextIn(part, "thoughtSignature");
    if (!signature.empty()) KeepGeminiSignature(signature, *out.mutable_extra());
    KeepOthers(*call, {"name", "args", "id"}, out);
    KeepOthers(part, {"functionCall", "thoughtSignature"}, out);
    return {};
  }

  static void KeepOthers(const json::object& object, std::initializer_list<std::string_view> done,
                         v1::ToolCall& out) {
    for (const auto& member : object) {
      const std::string_view name = View(member.key());
      if (std::find(done.begin(), done.end(), name) != done.end()) continue;
      SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_GEMINI));
    }
  }

  void KeepParts(const json::array& parts) {
    google::protobuf::ListValue& kept = KeptGeminiParts(out_);
    for (const auto& part : parts) {
      const json::object& object = part.get_object();
      const json::value* call = object.if_contains("functionCall");
      if (call != nullptr) {
        SetMember("functionCall", json::object{{"name", call->get_object().at("name")}},
                  *kept.add_values()->mutable_struct_value());
      } else if (!IsThought(object) || !IsText(object) || !TextIn(object, "thoughtSignature").empty()) {
        ReadValue(part, *kept.add_values());
      }
    }
  }

  const std::string_view call_seed_;
  v1::Message& out_;
  std::string text_;
  int texts_ = 0;
  // Of a text that is no thought.
  std::string_view signature_;
  // Whether content and calls say all there is, in the order that they are sent in.
  bool implied_ = true;
};

}  // namespace

std::string_view ReadGeminiContent(const json::object& content, std::string_view call_seed,
                                   v1::Message& out) {
  std::string_view problem;
  for (const auto& member : content) {
    const std::string_view name = View(member.key());
    if (name == "parts" && member.value().is_array()) {
      problem = Reader(call_seed, out).Read(member.value().get_array());
      if (!problem.empty()) return problem;
    } else if (name == "parts" && !member.value().is_null()) {
      return "the parts of a candidate are no list";
    } else if (name != "role" && name != "parts") {
      SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_GEMINI));
    }
  }
  return {};
}

}  // namespace spillway::providers
