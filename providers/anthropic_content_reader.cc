#include "providers/anthropic_content_reader.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string_view TextIn(const json::object& block, std::string_view name) {
  const json::value* value = block.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or(std::string_view());
}

bool IsNothing(const json::value& value) {
  return value.is_null() || (value.is_array() && value.get_array().empty());
}

// Whether the block's members, but for `type` and those named, say nothing.
bool SaysOnly(const json::object& block, std::initializer_list<std::string_view> names) {
  return std::all_of(block.begin(), block.end(), [&](const auto& member) {
    const std::string_view name = View(member.key());
    return name == "type" || IsNothing(member.value()) ||
           (member.value().is_string() && std::find(names.begin(), names.end(), name) != names.end());
  });
}

class Reader {
 public:
  Reader(std::string_view seed, v1::Message& out) : seed_(seed), out_(out) {}

  bool Read(const json::value& block, std::string& problem) {
    const json::object* object = block.if_object();
    const std::string_view type = object == nullptr ? std::string_view() : TextIn(*object, "type");
    if (object == nullptr) {
      problem = "a block of the content is no object";
    } else if (type == "text") {
      ReadText(*object, problem);
    } else if (type == "thinking" || type == "redacted_thinking") {
      ReadThinking(*object);
    } else if (type == "tool_use") {
      ReadCall(*object, problem);
    } else {
      Keep(*object);
    }
    return problem.empty();
  }

  // What is known only when all blocks are read.
  void Finish() {
    if (spoke_ && (!text_.empty() || out_.tool_calls_size() == 0)) out_.set_content(std::move(text_));
    if (!thoughts_.empty()) out_.set_reasoning_content(std::move(thoughts_));
  }

 private:
  void ReadText(const json::object& block, std::string& problem) {
    const json::value* text = block.if_contains("text");
    if (text == nullptr || !text->is_string()) problem = "a text block holds no text";
    spoke_ = true;
    text_ += TextIn(block, "text");
    if (!SaysOnly(block, {"text"})) Keep(block);
  }

  // Without a signature it cannot be sent back, and the text is all there is to it.
  void ReadThinking(const json::object& block) {
    const ThinkingBlock thinking{TextIn(block, "thinking"), TextIn(block, "signature"),
                                 TextIn(block, "data")};
    thoughts_ += thinking.text;
    if (!thinking.signature.empty() || !thinking.redacted.empty()) AddThinkingBlock(thinking, out_);
    if (!SaysOnly(block, {"thinking", "signature", "data"})) Keep(block);
  }

  void ReadCall(const json::object& block, std::string& problem) {
    if (TextIn(block, "name").empty()) problem = "a tool call has no name";
    v1::ToolCall& call = *out_.add_tool_calls();
    call.set_id(std::string(TextIn(block, "id")));
    if (call.id().empty())
      call.set_id(MadeUpCallId(seed_, static_cast<std::uint64_t>(out_.tool_calls_size())));
    call.set_type("function");
    call.mutable_function()->set_name(std::string(TextIn(block, "name")));
    call.mutable_function()->set_arguments(ArgumentsText(block.if_contains("input")));
    for (const auto& member : block) {
      const std::string_view name = View(member.key());
      if (name == "type" || name == "id" || name == "name" || name == "input") continue;
      if (IsNothing(member.value())) continue;
      SetMember(name, member.value(), MutableScopedExtra(*call.mutable_extra(), v1::API_ANTHROPIC));
    }
  }

  void Keep(const json::object& block) {
    auto& scope = MutableScopedExtra(*out_.mutable_extra(), v1::API_ANTHROPIC);
    auto& kept = *(*scope.mutable_fields())["content"].mutable_list_value()->add_values();
    ReadStruct(block, *kept.mutable_struct_value());
  }

  const std::string_view seed_;
  v1::Message& out_;
  std::string text_;
  std::string thoughts_;
  bool spoke_ = false;
};

}  // namespace

bool ReadAnthropicContent(const json::array& content, std::string_view seed, v1::Message& out,
                          std::string& problem) {
  Reader reader(seed, out);
  for (const auto& block : content) {
    if (!reader.Read(block, problem)) return false;
  }
  reader.Finish();
  return true;
}

}  // namespace spillway::providers
