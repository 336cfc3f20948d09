#include "tests/sim/stream_fault.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace spillway::sim {
namespace {

// A place in a stream: a number of pieces and the bytes they have.
struct Place {
  std::size_t piece = 0;
  std::size_t byte = 0;
};

// Behind the `tokens`th token, or at the end if there are fewer; with 0 before the first.
Place AfterTokens(const Stream& stream, std::size_t tokens) {
  Place place;
  std::size_t seen = 0;
  for (const StreamPiece& piece : stream.pieces) {
    const bool token = piece.kind == PieceKind::kToken;
    if (token ? seen == tokens : tokens > 0 && seen == tokens) return place;
    if (token) ++seen;
    ++place.piece;
    place.byte += piece.size;
  }
  return place;
}

void CutAt(const Place& place, Stream& stream) {
  stream.pieces.resize(place.piece);
  stream.bytes.resize(place.byte);
}

// The last piece may be a part of an event.
void CutBytes(std::size_t bytes, Stream& stream) {
  if (bytes >= stream.bytes.size()) return;
  Place place;
  while (place.byte + stream.pieces[place.piece].size <= bytes)
    place.byte += stream.pieces[place.piece++].size;
  stream.pieces.resize(place.piece);
  stream.bytes.resize(bytes);
  if (place.byte < bytes) stream.pieces.push_back({bytes - place.byte, PieceKind::kPlain});
}

void Insert(const Place& place, std::string_view event, Stream& stream) {
  stream.bytes.insert(place.byte, event);
  stream.pieces.insert(stream.pieces.begin() + static_cast<std::ptrdiff_t>(place.piece),
                       {event.size(), PieceKind::kFault});
}

// Without the pieces of these kinds.
template <typename Predicate>
void Drop(Predicate is_unwanted, Stream& stream) {
  Stream kept;
  std::size_t at = 0;
  for (const StreamPiece& piece : stream.pieces) {
    if (!is_unwanted(piece.kind)) kept.Add(std::string_view(stream.bytes).substr(at, piece.size), piece.kind);
    at += piece.size;
  }
  stream.bytes = std::move(kept.bytes);
  stream.pieces = std::move(kept.pieces);
}

void BreakFirstToken(const std::string& broken, Stream& stream) {
  const Place first = AfterTokens(stream, 0);
  if (first.piece == stream.pieces.size()) return;
  StreamPiece& piece = stream.pieces[first.piece];
  stream.bytes.replace(first.byte, piece.size, broken);
  piece.size = broken.size();
}

void CutAsTold(const Step& step, Stream& stream) {
  stream.end = StreamEnd::kCut;
  if (step.fault == Fault::kResetAfterHeaders) return CutAt({}, stream);
  if (step.cuts_bytes) return CutBytes(step.plan.bytes, stream);
  CutAt(AfterTokens(stream, step.after), stream);
}

}  // namespace

std::string FirstToken(const Stream& stream) {
  const Place first = AfterTokens(stream, 0);
  if (first.piece == stream.pieces.size()) return "";
  return stream.bytes.substr(first.byte, stream.pieces[first.piece].size);
}

Stream WithFault(Stream stream, const Step& step, const StreamWords& words) {
  stream.pause = step.plan.pause;
  if (step.plan.pause > std::chrono::milliseconds(0)) stream.ping_interval = step.plan.pause;
  switch (step.fault) {
    case Fault::kCut:
    case Fault::kResetAfterHeaders:
      CutAsTold(step, stream);
      break;
    case Fault::kStall:
    case Fault::kStallPings:
      CutAt(AfterTokens(stream, step.after), stream);
      stream.end = step.fault == Fault::kStall ? StreamEnd::kSilence : StreamEnd::kPings;
      break;
    case Fault::kGarbageEvent:
      Insert(AfterTokens(stream, step.after), stream.garbage, stream);
      break;
    case Fault::kErrorEvent:
      CutAt(AfterTokens(stream, step.after), stream);
      stream.Add(words.error, PieceKind::kFault);
      break;
    case Fault::kNoFinish:
      Drop([](PieceKind kind) { return kind != PieceKind::kPlain && kind != PieceKind::kToken; }, stream);
      break;
    case Fault::kNoDoneOpen:
      stream.end = StreamEnd::kSilence;
      [[fallthrough]];
    case Fault::kNoDone:
      Drop([](PieceKind kind) { return kind == PieceKind::kEndMark; }, stream);
      break;
    case Fault::kPingsFirst:
      stream.pings_first = step.plan.delay;
      break;
    case Fault::kSilenceAfterHead:
      stream.end = StreamEnd::kSilence;
      CutAt({}, stream);
      break;
    case Fault::kEmptyBody:
      CutAt({}, stream);
      break;
    case Fault::kBadJson:
      CutBytes(stream.bytes.size() / 2, stream);
      break;
    case Fault::kInvalidUtf8:
      BreakFirstToken(words.invalid_utf8, stream);
      break;
    case Fault::kSlow:
      stream.slice = step.plan.bytes;
      break;
    default:
      break;
  }
  return stream;
}

}  // namespace spillway::sim
