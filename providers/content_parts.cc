#include "providers/content_parts.h"

#include <string_view>

#include "providers/json_document.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// A part that is the string `name` and, mostly, its type: nothing else to keep.
bool IsPlain(const json::object& part, std::string_view name) {
  const json::value* content = part.if_contains({name.data(), name.size()});
  return part.size() == (part.contains("type") ? 2u : 1u) && content->is_string();
}

// Whether a part of this type is text; some name none.
bool IsText(std::string_view type) { return type.empty() || type == "text" || type == "output_text"; }

void AppendThinking(const json::value& thinking, std::string& out) {
  if (const auto text = AsText(thinking)) out.append(*text);
  const json::array* list = thinking.if_array();
  if (list == nullptr) return;
  for (const auto& part : *list) {
    const json::value* text = Member(part, "text");
    if (text != nullptr && text->is_string()) out.append(View(text->get_string()));
  }
}

void AddPart(const json::value& part, FlatContent& out) {
  const json::value* type = Member(part, "type");
  const json::value* text = Member(part, "text");
  const json::value* thinking = Member(part, "thinking");
  const json::value* summary = Member(part, "summary");
  const std::string_view word = type == nullptr ? "" : AsText(*type).value_or("");
  if (IsText(word) && text != nullptr && text->is_string()) {
    out.text.append(View(text->get_string()));
    out.complete = out.complete && IsPlain(part.get_object(), "text");
  } else if (word == "thinking" && thinking != nullptr) {
    AppendThinking(*thinking, out.thinking);
    out.complete = out.complete && IsPlain(part.get_object(), "thinking");
  } else if (word == "reasoning" && summary != nullptr) {
    AppendThinking(*summary, out.thinking);
    out.complete = false;
  } else if (const auto bare = AsText(part)) {
    out.text.append(*bare);
  } else {
    out.complete = false;
  }
}

}  // namespace

FlatContent FlattenParts(const json::array& parts) {
  FlatContent content;
  for (const auto& part : parts) AddPart(part, content);
  return content;
}

}  // namespace spillway::providers
