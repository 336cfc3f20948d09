#include "client/command/run_stream.h"

#include <sstream>
#include <string>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

// Tells when `text` has been flushed out.
class FlushWatch final : public std::stringbuf {
 public:
  explicit FlushWatch(std::string text) : text_(std::move(text)) {}

  bool Wait() { return seen_.WaitForNotificationWithTimeout(absl::Seconds(10)); }

 protected:
  int sync() override {
    if (!seen_.HasBeenNotified() && str() == text_) seen_.Notify();
    return 0;
  }

 private:
  const std::string text_;
  absl::Notification seen_;
};

TEST(RunStream, ATokenIsOutBeforeTheNextOneComes) {
  FlushWatch out_buffer("Pa");
  bool first_was_out = false;
  testing::FakeServer server;
  server.scripts.stream_chat.events = {Parse<v1::ChatEvent>("delta {content: 'Pa'}"),
                                       Parse<v1::ChatEvent>("delta {content: 'ris.'}"),
                                       Parse<v1::ChatEvent>("finish {finish_reason: 'stop'}")};
  server.scripts.stream_chat.before_event = [&](std::size_t number) {
    if (number == 1) first_was_out = out_buffer.Wait();
  };
  const Client client = Client::Connect({.address = server.address()}).value();
  std::istringstream in;
  std::ostream out(&out_buffer);
  std::ostringstream err;
  EXPECT_EQ(RunStream({.in = in, .out = out, .err = err}, {}, client, {}), kExitOk);
  EXPECT_TRUE(first_was_out);
  EXPECT_EQ(out_buffer.str(), "Paris.\n");
}

}  // namespace
}  // namespace spillway::client
