#include "providers/anthropic_content_reader.h"

#include <cstdint>

#include "providers/anthropic_block_reader.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

class Reader {
 public:
  Reader(std::string_view seed, v1::Message& out) : seed_(seed), out_(out) {}

  bool Read(const json::value& block, std::string& problem) {
    const json::object* object = block.if_object();
    const std::string_view type = object == nullptr ? std::string_view() : AnthropicText(*object, "type");
    if (object == nullptr) {
      problem = "a block of the content is no object";
    } else if (type == "text") {
      ReadText(*object, problem);
    } else if (type == "thinking" || type == "redacted_thinking") {
      ReadThinking(*object);
    } else if (type == "tool_use") {
      ReadCall(*object, problem);
    } else {
      KeepAnthropicBlock(*object, out_);
    }
    return problem.empty();
  }

  // What is known only when all blocks are read. An empty text is said where nothing else is.
  void Finish() {
    const bool silent = thoughts_.empty() && out_.tool_calls_size() == 0 && !out_.has_extra();
    if (spoke_ && (!text_.empty() || silent)) out_.set_content(std::move(text_));
    if (!thoughts_.empty()) out_.set_reasoning_content(std::move(thoughts_));
  }

 private:
  void ReadText(const json::object& block, std::string& problem) {
    const json::value* text = block.if_contains("text");
    if (text == nullptr || !text->is_string()) problem = "a text block holds no text";
    spoke_ = true;
    text_ += AnthropicText(block, "text");
    KeepAnthropicBlock(block, out_);
  }

  void ReadThinking(const json::object& block) {
    thoughts_ += AnthropicText(block, "thinking");
    KeepAnthropicBlock(block, out_);
  }

  void ReadCall(const json::object& block, std::string& problem) {
    v1::ToolCall& call = *out_.add_tool_calls();
    const auto place = static_cast<std::uint64_t>(out_.tool_calls_size());
    if (!ReadAnthropicCall(block, seed_, place, call)) problem = "a tool call has no name";
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
