#include "server/http/request_reader.h"

#include <algorithm>

#include "server/http/http_text.h"

namespace spillway::server {
namespace {

// A promised length is not believed beyond this before the bytes are there.
constexpr std::uint64_t kMaxReserve = 256 * 1024;

}  // namespace

void RequestReader::Reset() {
  head_ = RequestHead();
  chunks_.reset();
  carry_ = std::string();
  head_bytes_ = 0;
  body_left_ = 0;
  cr_skipped_ = started_ = head_done_ = body_begun_ = false;
  refusal_ = Refusal();
}

RequestReader::Progress RequestReader::Feed(std::string_view& bytes) {
  if (!started_ && !SkipEmptyLines(bytes)) return Refuse({400, "this is not an HTTP request"});
  if (!head_done_) {
    const Progress progress = FeedHead(bytes);
    if (!head_done_ || progress != Progress::kNeedMore) return progress;
  }
  return FeedBody(bytes);
}

// Old clients end a body with CRLF that they do not count. False: what then begins is no request, and it need
// not be waited for a line's end that may never come.
bool RequestReader::SkipEmptyLines(std::string_view& bytes) {
  while (!bytes.empty() && (cr_skipped_ || bytes.front() == '\r')) {
    if (cr_skipped_ && bytes.front() != '\n') return false;
    cr_skipped_ = !cr_skipped_;
    bytes.remove_prefix(1);
  }
  started_ = !bytes.empty();
  return bytes.empty() || IsTokenChar(bytes.front());
}

RequestReader::Progress RequestReader::FeedHead(std::string_view& bytes) {
  while (!head_done_ && !bytes.empty()) {
    const std::size_t line_end = bytes.find('\n');
    std::string_view line = bytes.substr(0, line_end == std::string_view::npos ? line_end : line_end + 1);
    bytes.remove_prefix(line.size());
    head_bytes_ += line.size();
    if (head_bytes_ > limits_.max_header_bytes) return Refuse({431, "the request's head exceeds the limit"});
    if (line_end == std::string_view::npos || !carry_.empty()) carry_.append(line);
    if (line_end == std::string_view::npos) break;
    if (!carry_.empty()) line = carry_;
    const Progress progress = TakeLine(line);
    if (progress != Progress::kNeedMore) return progress;
    carry_.clear();
  }
  return Progress::kNeedMore;
}

RequestReader::Progress RequestReader::TakeLine(std::string_view line) {
  line.remove_suffix(1);
  if (line.empty() || line.back() != '\r') return Refuse({400, "a line of the head does not end with CRLF"});
  line.remove_suffix(1);
  if (line.empty()) return BeginBody();
  const std::optional<Refusal> refusal = head_.AddLine(line);
  return refusal ? Refuse(*refusal) : Progress::kNeedMore;
}

RequestReader::Progress RequestReader::BeginBody() {
  head_done_ = true;
  carry_ = std::string();
  if (const std::optional<Refusal> refusal = head_.Finish()) return Refuse(*refusal);
  if (head_.chunked()) {
    chunks_.emplace(limits_.max_body_bytes, limits_.max_header_bytes);
    return Progress::kNeedMore;
  }
  body_left_ = head_.content_length();
  if (body_left_ > limits_.max_body_bytes) return Refuse({413, "the body exceeds the limit"});
  head_.request.body.reserve(static_cast<std::size_t>(std::min(body_left_, kMaxReserve)));
  return body_left_ == 0 ? Progress::kComplete : Progress::kNeedMore;
}

RequestReader::Progress RequestReader::FeedBody(std::string_view& bytes) {
  body_begun_ = body_begun_ || !bytes.empty();
  std::string& body = head_.request.body;
  if (chunks_) {
    const std::optional<Refusal> refusal = chunks_->Feed(bytes, body);
    if (refusal) return Refuse(*refusal);
    return chunks_->done() ? Progress::kComplete : Progress::kNeedMore;
  }
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size()));
  body.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  body_left_ -= taken;
  return body_left_ == 0 ? Progress::kComplete : Progress::kNeedMore;
}

RequestReader::Progress RequestReader::Refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return Progress::kRefused;
}

}  // namespace spillway::server
