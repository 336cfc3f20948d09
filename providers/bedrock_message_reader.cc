#include "providers/bedrock_message_reader.h"

#include "providers/api_name.h"
#include "providers/bedrock_tool_use.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string_view TextOfMember(const json::value& object, std::string_view name) {
  const json::value* member = Member(object, name);
  return member == nullptr ? std::string_view() : AsText(*member).value_or(std::string_view());
}

class Reader {
 public:
  Reader(std::string_view seed, v1::Message& out) : seed_(seed), out_(out) {}

  // False: no object, or a call that is none.
  bool Read(const json::value& block) {
    if (!block.is_object()) return false;
    const json::value* use = Member(block, "toolUse");
    const bool call = use != nullptr && IsForCaller(*use);
    if (call && !ReadCall(use->get_object())) return false;
    const bool told = call || ReadText(block) || ReadReasoning(block);
    if (!told || block.get_object().size() != 1) Keep(block);
    return true;
  }

  void Finish() {
    if (!text_.empty()) out_.set_content(std::move(text_));
    if (!reasoning_.empty()) out_.set_reasoning_content(std::move(reasoning_));
  }

 private:
  bool ReadCall(const json::object& use) {
    v1::ToolCall& call = *out_.add_tool_calls();
    const bool named = ReadBedrockToolUse(use, seed_, out_.tool_calls_size(), call);
    call.mutable_function()->set_arguments(ArgumentsText(use.if_contains("input")));
    return named;
  }

  // Whether that is all there was to it; so the next.
  bool ReadText(const json::value& block) {
    if (const json::value* text = Member(block, "text"); text != nullptr && text->is_string()) {
      text_.append(View(text->get_string()));
      return true;
    }
    const json::value* cited = Member(block, "citationsContent");
    const json::value* parts = cited == nullptr ? nullptr : Member(*cited, "content");
    if (parts != nullptr && parts->is_array()) {
      for (const auto& part : parts->get_array()) text_.append(TextOfMember(part, "text"));
    }
    // The citations themselves are kept.
    return false;
  }

  bool ReadReasoning(const json::value& block) {
    const json::value* content = Member(block, "reasoningContent");
    if (content == nullptr || !content->is_object()) return false;
    const bool alone = content->get_object().size() == 1;
    if (const std::string_view data = TextOfMember(*content, "redactedContent"); !data.empty()) {
      AddThinkingBlock({.redacted = data}, out_);
      return alone;
    }
    const json::value* said = Member(*content, "reasoningText");
    if (said == nullptr || !said->is_object()) return false;
    const std::string_view text = TextOfMember(*said, "text");
    const std::string_view signature = TextOfMember(*said, "signature");
    reasoning_.append(text);
    if (!signature.empty()) AddThinkingBlock({.text = text, .signature = signature}, out_);
    const json::object& members = said->get_object();
    return alone && members.size() == members.count("text") + members.count("signature");
  }

  void Keep(const json::value& block) {
    google::protobuf::Struct& scope = MutableScopedExtra(*out_.mutable_extra(), v1::API_BEDROCK);
    ReadValue(block, *(*scope.mutable_fields())["content"].mutable_list_value()->add_values());
  }

  const std::string_view seed_;
  v1::Message& out_;
  std::string text_;
  std::string reasoning_;
};

}  // namespace

bool ReadBedrockMessage(const json::object& message, std::string_view seed, v1::Message& out,
                        std::string& problem) {
  out.set_role(v1::ROLE_ASSISTANT);
  Reader reader(seed, out);
  for (const auto& member : message) {
    const std::string_view name = View(member.key());
    if (name == "content") {
      for (const auto& block : member.value().as_array()) {
        if (reader.Read(block)) continue;
        problem = "a block of the answer is no object, or a call without a name";
        return false;
      }
    } else if (name != "role" && !member.value().is_null()) {
      SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_BEDROCK));
    }
  }
  reader.Finish();
  return true;
}

}  // namespace spillway::providers
