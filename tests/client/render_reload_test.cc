#include "client/command/render_reload.h"

#include "client/command/render_failure.h"
#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

TEST(RenderReload, SaysWhatIsInForce) {
  EXPECT_EQ(RenderReload(Parse<v1::ReloadConfigResponse>("config_hash: 12 changed: true"), {}),
            "Reloaded: configuration 12 is now in force.\n");
  EXPECT_EQ(RenderReload(Parse<v1::ReloadConfigResponse>("config_hash: 12"), {}),
            "Nothing changed: configuration 12 was in force already.\n");
}

TEST(RenderReload, NamesWhatWaitsForARestart) {
  EXPECT_EQ(RenderReload(Parse<v1::ReloadConfigResponse>("config_hash: 12 changed: true "
                                                         "restart_needed: 'server.grpc.address' "
                                                         "restart_needed: 'server.admin.address'"),
                         {}),
            "Reloaded: configuration 12 is now in force.\n"
            "server.grpc.address differs in the file, and waits for a restart.\n"
            "server.admin.address differs in the file, and waits for a restart.\n");
}

Outcome Rejected(const char* bad_request, const char* errors) {
  Outcome outcome;
  outcome.status = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "nothing changed: …");
  outcome.details.error_info = Parse<google::rpc::ErrorInfo>("reason: 'INVALID_CONFIG'");
  (*outcome.details.error_info->mutable_metadata())["file"] = "s.yaml";
  (*outcome.details.error_info->mutable_metadata())["errors"] = errors;
  const auto bad = Parse<google::rpc::BadRequest>(bad_request);
  outcome.details.violations.assign(bad.field_violations().begin(), bad.field_violations().end());
  return outcome;
}

TEST(RenderRejectedConfig, ListsTheErrorsAndCountsThoseLeftOut) {
  const Outcome outcome = Rejected(
      "field_violations {field: 'a' description: 'line 1, column 2: wrong'}"
      "field_violations {description: 'line 3, column 4: not YAML'}",
      "5");
  ASSERT_TRUE(IsRejectedConfig(outcome));
  const char* expected =
      "failed     the configuration file has errors; nothing has changed\n"
      "file       s.yaml\n"
      "errors     a: line 1, column 2: wrong\n"
      "           line 3, column 4: not YAML\n"
      "           and 3 more, which the server's log has\n";
  EXPECT_EQ(RenderRejectedConfig(outcome, {}), expected);
  EXPECT_EQ(RenderFailure(outcome, {}), expected);
}

TEST(RenderRejectedConfig, ASillyCountIsNotBelieved) {
  for (const char* errors : {"", "-4", "many", "1"}) {
    EXPECT_EQ(RenderRejectedConfig(Rejected("field_violations {description: 'x'}", errors), {}),
              "failed     the configuration file has errors; nothing has changed\n"
              "file       s.yaml\n"
              "errors     x\n")
        << errors;
  }
}

TEST(RenderRejectedConfig, OtherFailuresAreNot) {
  Outcome outcome;
  EXPECT_FALSE(IsRejectedConfig(outcome));
  outcome.details.error_info = Parse<google::rpc::ErrorInfo>("reason: 'INVALID_REQUEST'");
  EXPECT_FALSE(IsRejectedConfig(outcome));
}

}  // namespace
}  // namespace spillway::client
