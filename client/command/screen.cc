#include "client/command/screen.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

constexpr std::string_view kReset = "\033[0m";

// The length of the colour sequence that `text` begins with; 0: it begins with none.
std::size_t SequenceLength(std::string_view text) {
  if (text.substr(0, 2) != "\033[") return 0;
  const std::size_t end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

// Of the character that `text`, which is UTF-8, begins with.
std::size_t CharacterLength(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

std::string Uncoloured(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const std::size_t sequence = SequenceLength(line);
    if (sequence == 0) out += line[0];
    line.remove_prefix(sequence == 0 ? 1 : sequence);
  }
  return out;
}

// What does not fit above the cursor's own line is left out: the terminal would scroll it away for good.
void CutHeight(std::vector<std::string>& lines, std::size_t rows) {
  if (rows < 2 || lines.size() < rows) return;
  const std::size_t kept = rows - 2;
  const std::size_t left_out = lines.size() - kept;
  lines.resize(kept);
  lines.push_back(absl::StrCat("… and ", left_out, " more lines: the window is too low"));
}

}  // namespace

std::string CutLine(std::string_view line, std::size_t columns) {
  if (columns == 0 || WidthOf(Uncoloured(line)) <= columns) return std::string(line);
  std::string out;
  bool coloured = false;
  for (std::size_t room = columns - 1; !line.empty();) {
    std::size_t length = SequenceLength(line);
    if (length > 0) {
      coloured = line.substr(0, length) != kReset;
    } else {
      if (room-- == 0) break;
      length = CharacterLength(line);
    }
    out += line.substr(0, length);
    line.remove_prefix(length);
  }
  if (coloured) out += kReset;
  return out + "…";
}

std::string Screen::Enter() {
  if (std::exchange(entered_, true)) return "";
  return "\033[?25l\033[?7l";
}

std::string Screen::Draw(std::vector<std::string> lines, const ScreenSize& size) {
  std::string out = Enter();
  if (drawn_ > 0 && size != size_) {
    out += "\033[H\033[2J";
  } else if (drawn_ > 0) {
    absl::StrAppend(&out, "\033[", drawn_, "A\r");
  }
  size_ = size;
  CutHeight(lines, size.rows);
  for (const std::string& line : lines) absl::StrAppend(&out, CutLine(line, size.columns), "\033[K\n");
  out += "\033[J";
  drawn_ = lines.size();
  return out;
}

std::string Screen::Leave() {
  if (!std::exchange(entered_, false)) return "";
  drawn_ = 0;
  return "\033[?7h\033[?25h";
}

}  // namespace spillway::client
