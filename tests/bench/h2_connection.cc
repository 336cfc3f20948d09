#include "tests/bench/h2_connection.h"

#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>

#include "tests/bench/tcp_socket.h"

namespace spillway::bench {
namespace {

constexpr std::uint32_t kWindow = 1 << 24;
constexpr std::uint32_t kDefaultWindow = 65535;

nghttp2_nv Field(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string FaultOfEnd(const Reply& reply) {
  if (reply.reset != 0) return "reset " + std::to_string(reply.reset);
  if (reply.http_status != 200) return "http " + std::to_string(reply.http_status);
  if (reply.grpc_status.empty()) return "no grpc-status";
  return reply.grpc_status == "0" ? "" : "grpc-status " + reply.grpc_status;
}

// Counts the messages in the data that came.
void TakeData(Reply& reply, const std::uint8_t* data, std::size_t size) {
  reply.bytes += size;
  while (size > 0) {
    const bool in_prefix = reply.prefix_read < reply.prefix.size();
    const std::size_t part =
        std::min(size, in_prefix ? reply.prefix.size() - reply.prefix_read : reply.lacking);
    if (in_prefix) {
      std::memcpy(reply.prefix.data() + reply.prefix_read, data, part);
      reply.prefix_read += part;
      if (reply.prefix_read < reply.prefix.size()) return;
      reply.lacking = 0;
      for (std::size_t i = 1; i < reply.prefix.size(); ++i)
        reply.lacking = reply.lacking << 8 | reply.prefix[i];
    } else {
      reply.lacking -= part;
    }
    if (reply.lacking == 0) {
      ++reply.messages;
      reply.prefix_read = 0;
    }
    data += part;
    size -= part;
  }
}

}  // namespace

std::string FaultOf(const Reply& reply, std::size_t expected_bytes) {
  if (std::string fault = FaultOfEnd(reply); !fault.empty()) return fault;
  if (reply.messages != 1 || reply.prefix_read != 0 || reply.prefix[0] != 0) return "malformed message";
  const std::size_t length = reply.bytes - reply.prefix.size();
  if (length == 0 || (expected_bytes != 0 && length != expected_bytes)) {
    return "message of " + std::to_string(length) + " bytes";
  }
  return "";
}

std::string FaultOfStream(const Reply& reply) {
  if (std::string fault = FaultOfEnd(reply); !fault.empty()) return fault;
  if (reply.prefix_read != 0) return "ended inside a message";
  return reply.messages == 0 ? "no message" : "";
}

// What nghttp2 calls back; a stream's user data is its Call.
struct H2Connection::Callbacks {
  static Call* CallOf(nghttp2_session* session, std::int32_t stream) {
    return static_cast<Call*>(nghttp2_session_get_stream_user_data(session, stream));
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                      void*) {
    Call* call = CallOf(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") call->reply.http_status = std::atoi(std::string(text).c_str());
    if (key == "grpc-status") call->reply.grpc_status = text;
    return 0;
  }

  static int OnData(nghttp2_session* session, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void*) {
    Call* call = CallOf(session, stream);
    if (call == nullptr) return 0;
    if (!call->reply.first_data) call->reply.first_data = Clock::now();
    TakeData(call->reply, data, size);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    auto* connection = static_cast<H2Connection*>(self);
    if (frame->hd.type == NGHTTP2_SETTINGS) connection->ready_ = true;
    if (frame->hd.type == NGHTTP2_GOAWAY) connection->lost_ = true;
    return 0;
  }

  static int OnClose(nghttp2_session* session, std::int32_t stream, std::uint32_t error, void* self) {
    Call* call = CallOf(session, stream);
    if (call != nullptr) static_cast<H2Connection*>(self)->Finish(call, error);
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size,
                          std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto* call = static_cast<Call*>(source->ptr);
    const std::string& body = call->connection->request_.body;
    const std::size_t part = std::min(size, body.size() - call->body_sent);
    std::memcpy(buffer, body.data() + call->body_sent, part);
    call->body_sent += part;
    if (call->body_sent == body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(part);
  }
};

H2Connection::H2Connection(const Request& request, DoneHandler done)
    : request_(request), done_(std::move(done)), fd_(ConnectTo(request.authority)) {
  SetNonBlocking(fd_);
  StartSession();
}

H2Connection::~H2Connection() {
  nghttp2_session_del(session_);
  for (Call* call : calls_) delete call;
  close(fd_);
}

void H2Connection::StartSession() {
  const bool stalled = request_.stalled;
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::OnClose);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, stalled ? 1 : 0);
  nghttp2_session_client_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  // Large windows: the generator's own flow control must not be what is measured.
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stalled ? kDefaultWindow : kWindow}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  // Of the connection: never the limit, however many calls are stalled on it.
  nghttp2_session_set_local_window_size(
      session_, NGHTTP2_FLAG_NONE, 0,
      stalled ? std::numeric_limits<std::int32_t>::max() : static_cast<std::int32_t>(kWindow));
}

void H2Connection::Submit(Clock::time_point intended) {
  auto* call = new Call{.connection = this, .intended = intended};
  calls_.insert(call);
  std::vector<nghttp2_nv> fields = {Field(":method", "POST"),
                                    Field(":scheme", "http"),
                                    Field(":path", request_.path),
                                    Field(":authority", request_.authority),
                                    Field("content-type", "application/grpc"),
                                    Field("te", "trailers"),
                                    Field("user-agent", "bench-load")};
  for (const auto& [name, value] : request_.headers) fields.push_back(Field(name, value));
  nghttp2_data_provider body{};
  body.source.ptr = call;
  body.read_callback = &Callbacks::ReadBody;
  const std::int32_t stream =
      nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &body, call);
  if (stream < 0) Finish(call, NGHTTP2_REFUSED_STREAM);
}

void H2Connection::Finish(Call* call, std::uint32_t error) {
  call->reply.reset = error;
  calls_.erase(call);
  const std::unique_ptr<Call> owned(call);
  const Reply& reply = call->reply;
  done_(call->intended,
        {.fault = request_.streamed ? FaultOfStream(reply) : FaultOf(reply, request_.expected_bytes),
         .first_data = reply.first_data,
         .messages = reply.messages});
}

void H2Connection::OnReadable() {
  std::array<std::uint8_t, 65536> buffer;
  while (!lost_) {
    const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (size <= 0 || nghttp2_session_mem_recv(session_, buffer.data(), static_cast<std::size_t>(size)) < 0) {
      lost_ = true;
      return;
    }
    if (static_cast<std::size_t>(size) < buffer.size()) return;
  }
}

void H2Connection::Flush() {
  const std::uint8_t* data = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_, &data)) > 0) {
    pending_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  if (size < 0) lost_ = true;
  while (!pending_.empty() && !lost_) {
    const ssize_t sent = send(fd_, pending_.data(), pending_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (sent < 0) {
      lost_ = true;
      return;
    }
    pending_.erase(0, static_cast<std::size_t>(sent));
  }
}

}  // namespace spillway::bench
