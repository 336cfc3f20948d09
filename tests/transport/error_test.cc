#include "transport/error.h"

#include <gtest/gtest.h>

namespace spillway::transport {
namespace {

TEST(TransportError, EachKindHasItsNameAndItsFailureClass) {
  using router::Failure;
  struct Row {
    ErrorKind kind;
    std::string_view name;
    Failure failure;
  };
  const Row table[] = {
      {ErrorKind::kDns, "dns", Failure::kConnect},
      {ErrorKind::kRefused, "refused", Failure::kConnect},
      {ErrorKind::kTls, "tls", Failure::kConnect},
      {ErrorKind::kResetBeforeResponse, "reset_before_response", Failure::kConnect},
      {ErrorKind::kResetDuringResponse, "reset_during_response", Failure::kTruncated},
      {ErrorKind::kTimeout, "timeout", Failure::kTimeout},
      {ErrorKind::kOversized, "oversized", Failure::kMalformed},
      {ErrorKind::kMalformed, "malformed", Failure::kMalformed},
      {ErrorKind::kCancelled, "cancelled", Failure::kCancelled},
  };
  for (const Row& row : table) {
    EXPECT_EQ(NameOf(row.kind), row.name);
    EXPECT_EQ(FailureOf(row.kind), row.failure) << row.name;
  }
}

}  // namespace
}  // namespace spillway::transport
