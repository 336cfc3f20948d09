#include "providers/turns.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace spillway::providers {
namespace {

bool IsBlank(const std::string& text) { return absl::StripAsciiWhitespace(text).empty(); }

bool SaysNothing(const v1::ContentPart& part) {
  switch (part.part_case()) {
    case v1::ContentPart::kText:
      return IsBlank(part.text());
    case v1::ContentPart::kRefusal:
      return IsBlank(part.refusal());
    case v1::ContentPart::PART_NOT_SET:
      return true;
    default:
      return false;
  }
}

bool SaysNothing(const v1::Message& message) {
  // An empty result is a result.
  return message.role() != v1::ROLE_TOOL && IsBlank(message.content()) && IsBlank(message.refusal()) &&
         message.tool_calls().empty() &&
         std::all_of(message.parts().begin(), message.parts().end(),
                     [](const v1::ContentPart& part) { return SaysNothing(part); });
}

void Add(PlacedMessage placed, bool assistant, std::vector<Turn>& turns) {
  if (turns.empty() || turns.back().assistant != assistant) turns.push_back({assistant, {}});
  auto& messages = turns.back().messages;
  if (placed.message->role() != v1::ROLE_TOOL) {
    messages.push_back(placed);
    return;
  }
  const auto first_other = std::find_if(messages.begin(), messages.end(), [](const PlacedMessage& other) {
    return other.message->role() != v1::ROLE_TOOL;
  });
  messages.insert(first_other, placed);
}

}  // namespace

Conversation InTurns(const google::protobuf::RepeatedPtrField<v1::Message>& messages,
                     bool (*says_more)(const v1::Message& message)) {
  Conversation out;
  for (int i = 0; i < messages.size(); ++i) {
    const PlacedMessage placed{&messages.Get(i), i};
    const bool more = says_more != nullptr && says_more(*placed.message);
    if (!more && SaysNothing(*placed.message)) continue;
    switch (placed.message->role()) {
      case v1::ROLE_SYSTEM:
      case v1::ROLE_DEVELOPER:
        out.system.push_back(placed);
        break;
      case v1::ROLE_ASSISTANT:
        Add(placed, true, out.turns);
        break;
      default:
        Add(placed, false, out.turns);
        break;
    }
  }
  return out;
}

std::string TextOf(const v1::Message& message) {
  std::string text = message.content();
  for (const v1::ContentPart& part : message.parts()) {
    if (part.has_text()) text += part.text();
    if (part.has_refusal()) text += part.refusal();
  }
  return text;
}

}  // namespace spillway::providers
