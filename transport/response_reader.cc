#include "transport/response_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/none.hpp>
#include <boost/optional.hpp>
#include <optional>
#include <string>
#include <utility>

namespace spillway::transport {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// A promised length is not believed beyond this before the bytes are there.
constexpr std::uint64_t kMaxReserve = 256 * 1024;

// Of the answers of most providers.
constexpr std::size_t kUsualFields = 16;

constexpr std::string_view kLastChunk = "0\r\n\r\n";

// 101 ends HTTP on the connection, and nobody asked for it.
bool IsInterim(int status) { return status >= 100 && status < 200 && status != 101; }
bool IsFinal(int status) { return status >= 200; }

std::string Folded(string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

ErrorKind KindOf(const error_code& ec) {
  return ec == http::error::header_limit || ec == http::error::body_limit ? ErrorKind::kOversized
                                                                          : ErrorKind::kMalformed;
}

std::string WordsFor(const error_code& ec) {
  if (ec == http::error::header_limit) return "the header of the answer exceeds the limit";
  if (ec == http::error::body_limit) return "the body of the answer exceeds the limit";
  return "the answer is not readable HTTP: " + ec.message();
}

// What the parser is told when the receiver wants no more.
constexpr auto kStop = boost::asio::error::operation_aborted;

bool MayBeStatusLine(std::string_view bytes) {
  constexpr std::string_view kBegin = "HTTP/1.";
  const std::size_t size = std::min(bytes.size(), kBegin.size());
  return bytes.substr(0, size) == kBegin.substr(0, size);
}

}  // namespace

// Beast's parser without its containers: fields go straight into an HttpResponse.
class ResponseReader::Parser final : public http::basic_parser<false> {
 public:
  Parser(const ResponseLimits& limits, Receiver* receiver) : receiver_(receiver) {
    header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(limits.max_header_bytes, UINT32_MAX)));
    if (receiver_ == nullptr) {
      body_limit(limits.max_body_bytes);
    } else {
      body_limit(boost::none);
    }
    eager(true);
  }

  HttpResponse response;

 private:
  // Where every byte of every body passes.
  std::size_t AppendBody(string_view bytes, error_code& ec) {
    if (receiver_ == nullptr) {
      response.body.append(bytes.data(), bytes.size());
    } else if (!bytes.empty() && !receiver_->OnBody({bytes.data(), bytes.size()})) {
      ec = kStop;
    }
    return bytes.size();
  }

  void on_request_impl(http::verb, string_view, string_view, int, error_code& ec) override {
    ec = http::error::bad_version;
  }
  void on_response_impl(int code, string_view, int, error_code&) override { response.status = code; }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    // Fields after the header are trailers.
    if (is_header_done()) return;
    if (response.headers.empty()) response.headers.reserve(kUsualFields);
    response.headers.emplace_back(Folded(name), std::string(value));
  }
  void on_header_impl(error_code& ec) override {
    if (receiver_ == nullptr || IsInterim(response.status)) return;
    if (!IsFinal(response.status)) {
      ec = http::error::bad_status;
    } else if (!receiver_->OnHead({response.status, std::move(response.headers), {}})) {
      ec = kStop;
    }
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length && receiver_ == nullptr) response.body.reserve(std::min(*length, kMaxReserve));
  }
  std::size_t on_body_impl(string_view bytes, error_code& ec) override { return AppendBody(bytes, ec); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override {
    return AppendBody(bytes, ec);
  }
  void on_finish_impl(error_code&) override {}

  Receiver* const receiver_;
};

struct ResponseReader::State {
  std::optional<Parser> parser;
  Receiver* receiver = nullptr;
  // Bytes of an unfinished header or chunk header: the parser wants those in one piece.
  std::string carry;
  bool started = false;
  bool complete = false;
  bool leftover = false;
  Error error;
};

ResponseReader::ResponseReader(ResponseLimits limits) : limits_(limits), state_(std::make_unique<State>()) {
  Reset();
}

ResponseReader::~ResponseReader() = default;

void ResponseReader::Reset(Receiver* receiver) {
  state_->receiver = receiver;
  state_->parser.emplace(limits_, receiver);
  state_->carry = std::string();
  state_->started = false;
  state_->complete = false;
  state_->leftover = false;
}

bool ResponseReader::started() const { return state_->started; }

bool ResponseReader::keeps_alive() const {
  return state_->complete && !state_->leftover && state_->parser->keep_alive();
}

HttpResponse ResponseReader::TakeResponse() { return std::move(state_->parser->response); }

const Error& ResponseReader::error() const { return state_->error; }

ResponseReader::Progress ResponseReader::Fail(ErrorKind kind, std::string message) {
  state_->error = {kind, std::move(message)};
  return Progress::kFailed;
}

ResponseReader::Progress ResponseReader::Feed(std::string_view bytes) {
  if (bytes.empty()) return Progress::kNeedMore;
  std::string& carry = state_->carry;
  state_->started = true;
  while (!carry.empty() && !bytes.empty()) {
    const Progress progress = ParseCarried(bytes);
    if (progress != Progress::kNeedMore) return progress;
  }
  if (bytes.empty()) return Progress::kNeedMore;
  const Progress progress = Parse(bytes);
  carry.assign(bytes);
  return progress;
}

ResponseReader::Progress ResponseReader::ParseCarried(std::string_view& bytes) {
  std::string& carry = state_->carry;
  const bool in_body = state_->parser->is_header_done();
  // Of a body only the line is needed that tells the next chunk's size (a line's end is in the carry almost
  // always, for it ends the chunk before): the chunk itself is then read from where it is.
  const std::size_t line_end = in_body ? bytes.find('\n') : std::string_view::npos;
  const std::size_t taken = line_end == std::string_view::npos ? bytes.size() : line_end + 1;
  carry.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  // Beast 1.81 asserts this of a last chunk it has seen the beginning of. Nothing shorter could complete a
  // chunked body, so nothing is held back for it.
  if (in_body && carry.size() < kLastChunk.size() && carry.find('0') != std::string::npos) {
    return Progress::kNeedMore;
  }
  std::string_view unread = carry;
  const Progress progress = Parse(unread);
  if (progress == Progress::kComplete && !bytes.empty()) state_->leftover = true;
  carry.erase(0, carry.size() - unread.size());
  return progress;
}

ResponseReader::Progress ResponseReader::Parse(std::string_view& bytes) {
  while (!bytes.empty()) {
    error_code ec;
    Parser& parser = *state_->parser;
    // Beast may wait for the end of the header first, which never comes from something that is not HTTP.
    if (parser.response.status == 0 && !MayBeStatusLine(bytes)) {
      return Fail(ErrorKind::kMalformed, WordsFor(http::error::bad_version));
    }
    const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    bytes.remove_prefix(used);
    if (ec == kStop) return Progress::kStopped;
    if (ec && ec != http::error::need_more) return Fail(KindOf(ec), WordsFor(ec));
    if (parser.is_done()) {
      const int status = parser.response.status;
      if (!IsFinal(status) && !IsInterim(status)) {
        return Fail(ErrorKind::kMalformed, "unexpected HTTP status " + std::to_string(status));
      }
      if (IsFinal(status)) {
        state_->complete = true;
        state_->leftover = !bytes.empty();
        return Progress::kComplete;
      }
      state_->parser.emplace(limits_, state_->receiver);
      continue;
    }
    if (ec || used == 0) break;
  }
  if (bytes.size() > limits_.max_header_bytes)
    return Fail(ErrorKind::kOversized, "a header inside the answer's body exceeds the limit");
  return Progress::kNeedMore;
}

ResponseReader::Progress ResponseReader::FinishAtEnd() {
  if (!state_->started) {
    return Fail(ErrorKind::kResetBeforeResponse, "the connection was closed before an answer");
  }
  error_code ec = http::error::partial_message;
  if (state_->parser->is_header_done()) state_->parser->put_eof(ec);
  if (ec) return Fail(ErrorKind::kResetDuringResponse, "the connection was closed inside the answer");
  state_->complete = true;
  return Progress::kComplete;
}

}  // namespace spillway::transport
