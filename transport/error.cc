#include "transport/error.h"

namespace spillway::transport {

std::string_view NameOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kDns:
      return "dns";
    case ErrorKind::kRefused:
      return "refused";
    case ErrorKind::kTls:
      return "tls";
    case ErrorKind::kResetBeforeResponse:
      return "reset_before_response";
    case ErrorKind::kResetDuringResponse:
      return "reset_during_response";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kOversized:
      return "oversized";
    case ErrorKind::kMalformed:
      return "malformed";
    case ErrorKind::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

router::Failure FailureOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kDns:
    case ErrorKind::kRefused:
    case ErrorKind::kTls:
    case ErrorKind::kResetBeforeResponse:
      return router::Failure::kConnect;
    case ErrorKind::kResetDuringResponse:
      return router::Failure::kTruncated;
    case ErrorKind::kTimeout:
      return router::Failure::kTimeout;
    case ErrorKind::kOversized:
    case ErrorKind::kMalformed:
      return router::Failure::kMalformed;
    case ErrorKind::kCancelled:
      return router::Failure::kCancelled;
  }
  return router::Failure::kConnect;
}

}  // namespace spillway::transport
