#include "tests/sim/fault.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::sim {
namespace {

constexpr std::array kFaults = {
    FaultTraits{Fault::kOk, "ok"},
    FaultTraits{Fault::kRateLimited, "rate_limited", true},
    FaultTraits{Fault::kQuota, "quota", true},
    FaultTraits{Fault::kOverloaded, "overloaded", true},
    FaultTraits{Fault::kOverloaded529, "overloaded_529", true},
    FaultTraits{Fault::kServerError, "server_error", true},
    FaultTraits{Fault::kBadGateway, "bad_gateway", true},
    FaultTraits{Fault::kModelNotFound, "model_not_found", true},
    FaultTraits{Fault::kModelNotFound400, "model_not_found_400", true},
    FaultTraits{Fault::kContextLength, "context_length", true},
    FaultTraits{Fault::kContentFilter, "content_filter", true},
    FaultTraits{Fault::kInvalidRequest, "invalid_request", true},
    FaultTraits{Fault::kInvalidKey, "invalid_key", true},
    FaultTraits{Fault::kPermission, "permission", true},
    FaultTraits{Fault::kErrorIn200, "error_in_200", true},
    FaultTraits{Fault::kBadJson, "bad_json"},
    FaultTraits{Fault::kInvalidUtf8, "invalid_utf8"},
    FaultTraits{Fault::kEmptyBody, "empty_body"},
    FaultTraits{Fault::kOversizedHeader, "oversized_header"},
    FaultTraits{Fault::kSilence, "silence", false, Delivery::kSilence},
    FaultTraits{Fault::kReset, "reset", false, Delivery::kReset},
    FaultTraits{Fault::kResetAfterHeaders, "reset_after_headers", false, Delivery::kCut},
    FaultTraits{Fault::kCut, "cut", false, Delivery::kCut},
    FaultTraits{Fault::kGarbage, "garbage", false, Delivery::kGarbage},
    FaultTraits{Fault::kSlow, "slow", false, Delivery::kSlow},
    FaultTraits{Fault::kClose, "close"},
    FaultTraits{Fault::kStall, "stall", false, Delivery::kStall},
    FaultTraits{Fault::kStallPings, "stall_pings", false, Delivery::kStall},
    FaultTraits{Fault::kGarbageEvent, "garbage_event"},
    FaultTraits{Fault::kErrorEvent, "error_event"},
    FaultTraits{Fault::kNoFinish, "no_finish"},
    FaultTraits{Fault::kNoDone, "no_done"},
    FaultTraits{Fault::kNoDoneOpen, "no_done_open"},
    FaultTraits{Fault::kPingsFirst, "pings_first"},
    FaultTraits{Fault::kSilenceAfterHead, "silence_after_head", false, Delivery::kStall},
};

}  // namespace

const FaultTraits& TraitsOf(Fault fault) { return kFaults[static_cast<std::size_t>(fault)]; }

const FaultTraits* FaultFromName(std::string_view name) {
  for (const FaultTraits& traits : kFaults) {
    if (traits.name == name) return &traits;
  }
  return nullptr;
}

std::string FaultNames() {
  std::string names;
  for (const FaultTraits& traits : kFaults) {
    if (!names.empty()) names += ", ";
    names += traits.name;
  }
  return names;
}

}  // namespace spillway::sim
