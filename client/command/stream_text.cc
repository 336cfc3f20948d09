#include "client/command/stream_text.h"

#include "absl/strings/str_cat.h"
#include "client/command/text.h"

namespace spillway::client {

std::string ChoiceText::Add(const v1::Delta& delta) {
  std::string out;
  if (open_) {
    late_ += delta.content();
  } else {
    out = Say(delta.content());
    if (!delta.content().empty()) has_content_ = true;
    // In place of content, not beside it.
    if (!has_content_) out += Say(delta.refusal());
  }
  for (const v1::ToolCallDelta& piece : delta.tool_calls()) out += AddCall(piece);
  return out;
}

std::string ChoiceText::Say(const std::string& text) {
  if (!text.empty()) said_ = true;
  return text;
}

std::string ChoiceText::AddCall(const v1::ToolCallDelta& piece) {
  const std::string& name = piece.has_custom() ? piece.custom().name() : piece.function().name();
  const std::string& input = piece.has_custom() ? piece.custom().input() : piece.function().arguments();
  if (!open_) {
    open_ = piece.index();
    return absl::StrCat(said_ ? "\n" : "", name, "(", input);
  }
  if (*open_ == piece.index()) return input;
  Call& call = waiting_[piece.index()];
  call.name += name;
  call.input += input;
  return "";
}

std::string ChoiceText::End() {
  std::string out = open_ ? ")" : "";
  for (const auto& [index, call] : waiting_) absl::StrAppend(&out, "\n", call.name, "(", call.input, ")");
  if (!late_.empty()) absl::StrAppend(&out, "\n", late_);
  return out;
}

std::string StreamText::Add(const v1::ChatEvent& event) {
  if (event.has_delta()) return AddDelta(event.delta());
  if (!event.has_reset()) return "";
  live_.reset();
  text_ = {};
  others_.clear();
  if (!printed_) return "";
  printed_ = false;
  const v1::Reset& reset = event.reset();
  return Mark(absl::StrCat("reset: everything above is void (", FailureName(reset.failure()), "); ",
                           TargetName(reset.target()), " answers from the beginning"));
}

std::string StreamText::AddDelta(const v1::Delta& delta) {
  if (!live_) live_ = delta.choice_index();
  if (*live_ == delta.choice_index()) return Print(text_.Add(delta));
  others_[delta.choice_index()].push_back(delta);
  return "";
}

std::string StreamText::End(bool whole) {
  if (!whole) return printed_ ? Mark("incomplete: the answer broke off here") : "";
  std::string out = Print(text_.End());
  const auto end_line = [&] {
    if (!printed_ || !at_line_start_) out += Print("\n");
  };
  end_line();
  for (const auto& [index, deltas] : others_) {
    ChoiceText other;
    for (const v1::Delta& delta : deltas) out += Print(other.Add(delta));
    out += Print(other.End());
    end_line();
  }
  return out;
}

std::string StreamText::Print(const std::string& text) {
  std::string out = for_terminal_ ? Printable(text) : text;
  if (!out.empty()) {
    printed_ = true;
    at_line_start_ = out.back() == '\n';
  }
  return out;
}

std::string StreamText::Mark(const std::string& text) {
  std::string out = absl::StrCat(at_line_start_ ? "" : "\n", "[", text, "]\n");
  at_line_start_ = true;
  return out;
}

}  // namespace spillway::client
