#include "server/caller_refusals.h"

#include <gtest/gtest.h>

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace spillway::server {
namespace {

using absl::StatusCode;

// The ErrorInfo's reason, of details that say the same as the status.
std::string ReasonOf(const CallStatus& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(details.ParseFromString(status.details));
  EXPECT_EQ(details.code(), static_cast<int>(status.code));
  EXPECT_EQ(details.message(), status.message);
  EXPECT_EQ(details.details_size(), 1);
  EXPECT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "spillway");
  return info.reason();
}

Identity Ci() {
  Identity ci;
  ci.name = "ci";
  ci.environment = router::Environment::kSandbox;
  return ci;
}

TEST(CallerRefusalsTest, EachFaultOfAKeyHasItsReason) {
  const std::pair<KeyFault, const char*> cases[] = {
      {KeyFault::kMissing, "MISSING_KEY"},
      {KeyFault::kRepeated, "REPEATED_KEY"},
      {KeyFault::kOversized, "OVERSIZED_KEY"},
      {KeyFault::kMalformed, "MALFORMED_KEY"},
      {KeyFault::kUnknown, "UNKNOWN_KEY"},
      {KeyFault::kAmbiguousCertificate, "AMBIGUOUS_CERTIFICATE"},
      {KeyFault::kUnknownCertificate, "UNKNOWN_CERTIFICATE"},
  };
  for (const auto& [fault, reason] : cases) {
    const CallStatus status = Unauthenticated(fault);
    EXPECT_EQ(status.code, StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_NE(status.message, "");
  }
  EXPECT_EQ(Unauthenticated(KeyFault::kMissing).message, "no key: send `authorization: Bearer KEY`");
}

TEST(CallerRefusalsTest, AForbiddenModelNamesModelAndCaller) {
  const CallStatus status = ModelNotAllowed("gpt-4o", Ci());
  EXPECT_EQ(status.code, StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "MODEL_NOT_ALLOWED");
  EXPECT_EQ(status.message, "caller 'ci' may not ask for model 'gpt-4o'");
}

TEST(CallerRefusalsTest, TheLongestNamesAreToldWhole) {
  Identity caller = Ci();
  caller.name = std::string(128, 'c');
  const std::string model(256, 'm');
  EXPECT_NE(ModelNotAllowed(model, caller).message.find(model + "'"), std::string::npos);
}

TEST(CallerRefusalsTest, AForbiddenEnvironmentNamesBoth) {
  const CallStatus status = EnvironmentNotAllowed(router::Environment::kProduction, Ci());
  EXPECT_EQ(status.code, StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "ENVIRONMENT_NOT_ALLOWED");
  EXPECT_EQ(status.message, "caller 'ci' is in sandbox and may not ask about production");
}

}  // namespace
}  // namespace spillway::server
