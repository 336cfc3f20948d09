// Calls with a key, without one and with the wrong one: who is let in, what the others learn, what is told of
// keys.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/error_details.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/callers_scene.h"
#include "tests/e2e/raw_call.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::KeyDigest;
using ::testing::Not;

TEST_F(CallersTest, WithoutCallersKeyNothingIsLearnt) {
  v1::ChatRequest wrong = TestCall("no\nmodel");
  wrong.clear_messages();
  for (const auto& [key, reason] : {std::pair("", "MISSING_KEY"), std::pair(kStrangersKey, "UNKNOWN_KEY")}) {
    for (const v1::ChatRequest& request : {TestCall(), TestCall("nobodys-model"), wrong}) {
      const auto result = Chat(key, request, "r-8");
      EXPECT_EQ(result.status.error_code(), StatusCode::UNAUTHENTICATED);
      EXPECT_EQ(ReasonOf(result.details), reason);
      EXPECT_THAT(result.details.violations, IsEmpty());
      EXPECT_FALSE(result.details.route);
      EXPECT_EQ(result.metadata.at("x-request-id"), "r-8");
    }
  }
  EXPECT_THAT(sim_.Log(), IsEmpty());
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="UNAUTHENTICATED",environment="",policy=""})"), 6);
  const auto lines = logs_.WaitForEvents("call", 6);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0].at("code"), "UNAUTHENTICATED");
  EXPECT_EQ(lines[0].at("request_id"), "r-8");
  EXPECT_THAT(std::string(lines[0].at("peer").as_string()), HasSubstr("127.0.0.1:"));
  EXPECT_FALSE(lines[0].contains("caller"));
}

// Metadata that the client library would not send.
class CallersMetadataTest : public CallersTest {
 protected:
  using Values = std::vector<std::string>;

  // Both methods, which must agree; the ErrorInfo's reason, or the code's number.
  std::string Verdict(const Values& authorization) {
    const auto stub = v1::RouterService::NewStub(server_.NewChannel());
    const grpc::Status chat = Call(authorization, [&](grpc::ClientContext& context) {
      v1::ChatResponse response;
      return stub->Chat(&context, TestCall(), &response);
    });
    const grpc::Status route = Call(authorization, [&](grpc::ClientContext& context) {
      v1::RouteResponse response;
      return stub->Route(&context, Question("gpt-4o"), &response);
    });
    EXPECT_EQ(chat.error_code(), route.error_code());
    EXPECT_EQ(chat.error_message(), route.error_message());
    EXPECT_EQ(chat.error_details(), route.error_details());
    if (chat.error_code() != StatusCode::UNAUTHENTICATED) return absl::StrCat(chat.error_code());
    return ReasonOf(client::ParseErrorDetails(chat.error_details()));
  }

 private:
  static grpc::Status Call(const Values& authorization,
                           const std::function<grpc::Status(grpc::ClientContext&)>& call) {
    grpc::ClientContext context;
    SetPatience(context);
    for (const std::string& value : authorization) context.AddMetadata("authorization", value);
    const grpc::Status status = call(context);
    for (const std::string& value : authorization) {
      if (value.size() < 10) continue;
      EXPECT_THAT(status.error_message(), Not(HasSubstr(value.substr(value.size() - 10))));
      EXPECT_THAT(status.error_details(), Not(HasSubstr(value.substr(value.size() - 10))));
    }
    return status;
  }
};

TEST_F(CallersMetadataTest, AKeyIsTakenInEveryFormThatIsOne) {
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", kCiKey)}), "0");
  EXPECT_EQ(Verdict({absl::StrCat("bearer ", kCiKey)}), "0");
  EXPECT_EQ(Verdict({absl::StrCat("BEARER  ", kCiKey)}), "0");
}

TEST_F(CallersMetadataTest, EachFaultHasItsReason) {
  EXPECT_EQ(Verdict({}), "MISSING_KEY");
  EXPECT_EQ(Verdict({""}), "MALFORMED_KEY");
  EXPECT_EQ(Verdict({"Bearer"}), "MALFORMED_KEY");
  EXPECT_EQ(Verdict({kCiKey}), "MALFORMED_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Basic ", kCiKey)}), "MALFORMED_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", kCiKey, ", Bearer ", kCiKey)}), "MALFORMED_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", kCiKey), absl::StrCat("Bearer ", kCiKey)}), "REPEATED_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", kStrangersKey), absl::StrCat("Bearer ", kCiKey)}),
            "REPEATED_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", std::string(4090, 'k'))}), "OVERSIZED_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", kStrangersKey)}), "UNKNOWN_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", kCiKey, "x")}), "UNKNOWN_KEY");
  EXPECT_EQ(Verdict({absl::StrCat("Bearer ", KeyDigest(kCiKey))}), "UNKNOWN_KEY");
  EXPECT_THAT(sim_.Log(), IsEmpty());
}

TEST_F(CallersTest, NoKeyIsEverTold) {
  std::string said;
  for (const char* key : {kCheckoutKey, kCiKey, kLabKey, kStrangersKey}) {
    for (const char* model : {"gpt-4o", "summaries", "nobodys-model"}) {
      const auto chat = Chat(key, model);
      const auto route = Route(key, Question(model, v1::ENVIRONMENT_PRODUCTION));
      absl::StrAppend(&said, chat.status.error_message(), chat.status.error_details(),
                      chat.response.DebugString(), route.status.error_message(), route.status.error_details(),
                      route.response.DebugString());
    }
  }
  logs_.WaitForEvents("call", 12);
  for (const std::string& line : logs_.Lines()) absl::StrAppend(&said, line);
  grpc::ClientContext context;
  v1::GetConfigResponse config;
  ASSERT_TRUE(v1::AdminService::NewStub(server_.NewAdminChannel())
                  ->GetConfig(&context, v1::GetConfigRequest(), &config)
                  .ok());
  absl::StrAppend(&said, config.DebugString(), server_.Get("/metrics").body);
  EXPECT_THAT(said, AllOf(HasSubstr("checkout"), HasSubstr("UNAUTHENTICATED")));
  for (const char* key : {kCheckoutKey, kCiKey, kLabKey, kStrangersKey})
    EXPECT_THAT(said, Not(HasSubstr(key)));
  // Nor to the providers: they get our key for them.
  const auto asked = sim_.Log();
  EXPECT_THAT(asked, Not(IsEmpty()));
  for (const sim::LogEntry& entry : asked) {
    for (const auto& [name, value] : entry.request.headers) {
      if (name != "authorization") continue;
      EXPECT_EQ(entry.personality, "live") << "the other has no key";
      EXPECT_EQ(value, "Bearer " + sim::Fingerprint(kPrimaryKey));
    }
  }
}

TEST_F(CallersTest, HealthAndReflectionNeedNoKey) {
  const auto channel = server_.NewChannel();
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckResponse health;
  EXPECT_TRUE(grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &health).ok());
  EXPECT_EQ(health.status(), grpc::health::v1::HealthCheckResponse::SERVING);
  std::string services;
  EXPECT_TRUE(ExchangeRaw(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                          std::string("\x3a\x00", 2), services)
                  .ok());
  EXPECT_THAT(services, HasSubstr("spillway.v1.RouterService"));
}

}  // namespace
}  // namespace spillway::e2e
