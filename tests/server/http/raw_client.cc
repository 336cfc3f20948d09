#include "tests/server/http/raw_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>

namespace spillway::testing {

RawClient::RawClient(std::uint16_t port, int receive_buffer) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{20, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int one = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (receive_buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

RawClient::~RawClient() { close(fd_); }

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::EndSending() { shutdown(fd_, SHUT_WR); }

void RawClient::Reset() {
  const linger hard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(fd_);
  fd_ = -1;
}

bool RawClient::ReadMore() {
  std::array<char, 16 * 1024> buffer;
  const auto received = recv(fd_, buffer.data(), buffer.size(), 0);
  reset_ = received < 0 && errno == ECONNRESET;
  EXPECT_TRUE(received >= 0 || reset_) << "the server said nothing for 20 s";
  if (received <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(received));
  return true;
}

bool RawClient::Need(std::size_t size) {
  while (unread_.size() < size) {
    if (!ReadMore()) return false;
  }
  return true;
}

std::string RawClient::ReadUntil(std::string_view text) {
  std::size_t at;
  while ((at = unread_.find(text)) == std::string::npos) {
    if (!ReadMore()) return std::exchange(unread_, std::string());
  }
  std::string taken = unread_.substr(0, at + text.size());
  unread_.erase(0, taken.size());
  return taken;
}

std::string RawClient::ReadAll() {
  while (ReadMore()) {
  }
  return std::exchange(unread_, std::string());
}

bool RawClient::WaitForEnd() {
  while (unread_.empty() && ReadMore()) {
  }
  return unread_.empty() && !reset_;
}

std::string RawClient::TakeLine() {
  std::string line = ReadUntil("\r\n");
  if (line.size() >= 2) line.resize(line.size() - 2);
  return line;
}

bool RawClient::ReadChunks(std::string& body) {
  for (;;) {
    const std::string line = TakeLine();
    if (line.empty()) return false;
    const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
    if (!Need(size + 2)) {
      body += unread_;
      return false;
    }
    body.append(unread_, 0, size);
    EXPECT_EQ(unread_.substr(size, 2), "\r\n");
    unread_.erase(0, size + 2);
    if (size == 0) return true;
  }
}

RawAnswer RawClient::ReadAnswer(bool bodyless) {
  RawAnswer answer;
  const std::string status_line = TakeLine();
  if (status_line.rfind("HTTP/1.1 ", 0) != 0) return answer;
  answer.status = std::atoi(status_line.c_str() + 9);
  for (std::string line = TakeLine(); !line.empty(); line = TakeLine()) {
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_TRUE(answer.fields.emplace(name, line.substr(colon + 2)).second) << line;
  }
  if (bodyless || answer.status / 100 == 1 || answer.status == 204 || answer.status == 304) {
    answer.whole = true;
  } else if (answer.fields.count("transfer-encoding") != 0) {
    answer.whole = ReadChunks(answer.body);
  } else if (const auto length = answer.fields.find("content-length"); length != answer.fields.end()) {
    const std::size_t size = std::strtoul(length->second.c_str(), nullptr, 10);
    answer.whole = Need(size);
    answer.body = unread_.substr(0, size);
    unread_.erase(0, answer.body.size());
  } else {
    answer.body = ReadAll();
  }
  return answer;
}

}  // namespace spillway::testing
