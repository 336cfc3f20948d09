#include "server/admin_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "tests/support/plain_http.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using testing::ParsePlainResponse;
using testing::PlainConnection;
using testing::PlainResponse;
using ::testing::StartsWith;

// The thread that calls run on, and the listener beside it.
class AdminHttpTest : public ::testing::Test {
 protected:
  AdminHttpTest() : thread_([this] { calls_.run(); }) { admin_ = Start("127.0.0.1:0").value(); }

  ~AdminHttpTest() override {
    admin_.reset();
    work_.reset();
    thread_.join();
  }

  absl::StatusOr<std::unique_ptr<AdminHttp>> Start(const std::string& address) {
    return AdminHttp::Start(
        address, calls_,
        {[this] { on_refresh_(); }, [this] { return metrics_; }, [this] { return ready_.load(); },
         [this] { return std::string(unwell_ ? "nobody is let in" : ""); }});
  }

  PlainResponse Get(const std::string& target) { return testing::Get(admin_->port(), target); }

  // The answer to one request, in the raw.
  PlainResponse Ask(const std::string& request) {
    PlainConnection connection(admin_->port());
    connection.Send(request);
    return ParsePlainResponse(connection.ReadToEnd());
  }

  boost::asio::io_context calls_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{calls_.get_executor()};
  std::function<void()> on_refresh_ = [] {};
  std::string metrics_ = "# HELP x y\nx 1\n";
  std::atomic<bool> ready_{true};
  std::atomic<bool> unwell_{false};
  std::thread thread_;
  std::unique_ptr<AdminHttp> admin_;
};

TEST_F(AdminHttpTest, MetricsAreRefreshedAndServed) {
  std::atomic<int> refreshes = 0;
  std::thread::id refreshed_on;
  on_refresh_ = [&] {
    ++refreshes;
    refreshed_on = std::this_thread::get_id();
  };
  const PlainResponse response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, metrics_);
  EXPECT_THAT(response.head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_EQ(refreshes, 1);
  EXPECT_EQ(refreshed_on, thread_.get_id());
}

TEST_F(AdminHttpTest, AMegabyteOfMetricsArrivesWhole) {
  metrics_ = std::string(1 << 20, 'm');
  EXPECT_EQ(Get("/metrics").body, metrics_);
}

TEST_F(AdminHttpTest, LivenessAndReadinessAreTold) {
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 200);
  ready_ = false;
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 503);
}

TEST_F(AdminHttpTest, WhatIsWrongIsToldByLivenessAlone) {
  unwell_ = true;
  const PlainResponse response = Get("/livez");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "nobody is let in\n");
  EXPECT_EQ(Get("/readyz").status, 200);
  unwell_ = false;
  EXPECT_EQ(Get("/livez").status, 200);
}

TEST_F(AdminHttpTest, AQueryMakesNoDifference) {
  EXPECT_EQ(Get("/readyz?verbose=1").status, 200);
  EXPECT_EQ(Get("/nothing?x=/readyz").status, 404);
}

TEST_F(AdminHttpTest, WhatIsNotThereIsNotFound) {
  for (const char* target : {"/", "/metrics/", "/metrics2", "/..", "//metrics"}) {
    const PlainResponse response = Get(target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_THAT(response.body, HasSubstr("/metrics")) << target;
  }
}

TEST_F(AdminHttpTest, OnlyReadingIsAllowed) {
  for (const char* method : {"DELETE", "PUT", "POST", "OPTIONS"}) {
    const PlainResponse response =
        Ask(std::string(method) + " /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_THAT(response.head, HasSubstr("Allow: GET, HEAD"));
  }
}

TEST_F(AdminHttpTest, ABodyIsNotAllowedEither) {
  const PlainResponse response =
      Ask("POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(response.status, 405);
}

TEST_F(AdminHttpTest, HeadHasTheLengthAndNoBody) {
  const PlainResponse response = Ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(response.head, HasSubstr("Content-Length: " + std::to_string(metrics_.size())));
}

TEST_F(AdminHttpTest, AConnectionIsKept) {
  PlainConnection connection(admin_->port());
  for (int i = 0; i < 3; ++i) {
    connection.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(connection.ReadUntil("ok\n"), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_FALSE(connection.ended());
}

TEST_F(AdminHttpTest, GarbageEndsItsOwnConnectionOnly) {
  PlainConnection good(admin_->port());
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string("nonsense\r\n\r\n"),
        std::string(64 * 1024, 'A'), "GET / HTTP/1.1\r\nX: " + std::string(64 * 1024, 'A') + "\r\n\r\n"}) {
    PlainConnection bad(admin_->port());
    bad.Send(bytes);
    bad.ReadToEnd(std::chrono::seconds(5));
    EXPECT_TRUE(bad.ended());
  }
  good.Send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(ParsePlainResponse(good.ReadToEnd()).status, 200);
}

TEST_F(AdminHttpTest, ASlowPeerHoldsUpNobody) {
  PlainConnection slow(admin_->port());
  slow.Send("GET /met");
  EXPECT_EQ(Get("/metrics").status, 200);
  slow.Send("rics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(ParsePlainResponse(slow.ReadToEnd()).status, 200);
}

// Scrapes wait for the thread that runs calls: when that hangs, "alive" would be a lie.
TEST_F(AdminHttpTest, AStuckCallThreadIsNotAlive) {
  absl::Notification stuck, go_on;
  boost::asio::post(calls_, [&] {
    stuck.Notify();
    go_on.WaitForNotification();
  });
  stuck.WaitForNotification();
  PlainConnection connection(admin_->port());
  connection.Send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(connection.ReadToEnd(std::chrono::milliseconds(50)), "");
  go_on.Notify();
  EXPECT_EQ(ParsePlainResponse(connection.ReadToEnd()).status, 200);
}

TEST_F(AdminHttpTest, ItMayEndWhileAScrapeIsUnderWay) {
  absl::Notification refreshing, go_on;
  on_refresh_ = [&] {
    refreshing.Notify();
    go_on.WaitForNotification();
  };
  PlainConnection connection(admin_->port());
  connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  refreshing.WaitForNotification();
  admin_.reset();
  go_on.Notify();
  connection.ReadToEnd();
  EXPECT_TRUE(connection.ended());
}

TEST_F(AdminHttpTest, ATakenPortIsAClearError) {
  const std::string taken = "127.0.0.1:" + std::to_string(admin_->port());
  const auto second = Start(taken);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            "cannot listen on " + taken + " (server.admin.address): Address already in use");
}

}  // namespace
}  // namespace spillway::server
