// A streamed answer: its bytes, cut into the pieces a provider would send one by one.
//
// Plain values, no I/O.
#ifndef SPILLWAY_TESTS_SIM_STREAM_H_
#define SPILLWAY_TESTS_SIM_STREAM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::sim {

// Of a generated text.
inline constexpr std::int64_t kMostTokens = 1'000'000;

// What a piece tells; each piece is one event.
enum class PieceKind : std::uint8_t {
  // A role, a block's begin or end, a remark.
  kPlain,
  // Something the model said: a word, a part of a call.
  kToken,
  // Why a choice ended.
  kFinish,
  kUsage,
  // That there is no more to come.
  kEndMark,
  // What a fault put there.
  kFault,
};

struct StreamPiece {
  std::size_t size = 0;
  PieceKind kind = PieceKind::kPlain;
};

struct StreamEvent {
  std::string bytes;
  PieceKind kind = PieceKind::kPlain;
};

// What comes after the last piece.
enum class StreamEnd : std::uint8_t {
  // HTTP's orderly end of a body.
  kOrderly,
  // The connection's end.
  kCut,
  // Nothing, until the peer leaves.
  kSilence,
  // Pings, until the peer leaves.
  kPings,
};

struct Stream {
  void Add(std::string_view event, PieceKind kind = PieceKind::kPlain);
  // The events of several choices in turns: one of each.
  void AddInTurns(const std::vector<std::vector<StreamEvent>>& choices);

  // All pieces, one after another.
  std::string bytes;
  std::vector<StreamPiece> pieces;
  // A sign of life that says nothing, in this stream's form.
  std::string ping;
  // An event that nobody can read.
  std::string garbage;

  // How it is delivered.
  StreamEnd end = StreamEnd::kOrderly;
  // Pings for that long before the first piece.
  std::chrono::milliseconds pings_first{0};
  // Between two tokens, or a token and what a fault put after it.
  std::chrono::milliseconds pause{0};
  // Between two pings.
  std::chrono::milliseconds ping_interval{10};
  // If not 0: written in slices of that many bytes, whatever the pieces are, `pause` between them.
  std::size_t slice = 0;
};

// A server-sent event; `name` "" has no event line.
std::string SseEvent(std::string_view data, std::string_view name = "", std::string_view line_end = "\n");

// `text` as the inside of a JSON string, appended.
void AppendJsonText(std::string_view text, std::string& out);

// An event that is always the same but for one string inside its JSON.
class EventTemplate {
 public:
  // What stands in the string's place.
  static constexpr std::string_view kSlot = "@@SLOT@@";

  // `event` has kSlot in it.
  explicit EventTemplate(std::string_view event);

  // Valid until the next call.
  std::string_view With(std::string_view text);

 private:
  const std::string before_;
  const std::string after_;
  std::string event_;
};

// Words, each with the space before it: what stands for tokens.
std::vector<std::string_view> WordsOf(std::string_view text);

// A call's arguments in parts of a few characters; none if they are empty.
std::vector<std::string_view> FragmentsOf(std::string_view arguments);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_STREAM_H_
