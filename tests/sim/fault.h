// The faults a script can name, in one table.
//
// Values, thread-safe.
#ifndef SPILLWAY_TESTS_SIM_FAULT_H_
#define SPILLWAY_TESTS_SIM_FAULT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sim/message.h"

namespace spillway::sim {

enum class Fault : std::uint8_t {
  kOk,
  // An error answer of the API, shaped as the provider shapes it.
  kRateLimited,
  kQuota,
  kOverloaded,
  kOverloaded529,
  kServerError,
  kBadGateway,
  kModelNotFound,
  kModelNotFound400,
  kContextLength,
  kContentFilter,
  kInvalidRequest,
  kInvalidKey,
  kPermission,
  kErrorIn200,
  // The API's own answer, spoiled.
  kBadJson,
  kInvalidUtf8,
  kEmptyBody,
  kOversizedHeader,
  // The API's own answer, badly delivered.
  kSilence,
  kReset,
  kResetAfterHeaders,
  kCut,
  kGarbage,
  kSlow,
  kClose,
  // A stream, spoiled or badly delivered.
  kStall,
  kStallPings,
  kGarbageEvent,
  kErrorEvent,
  kNoFinish,
  kNoDone,
  kNoDoneOpen,
  kPingsFirst,
  kSilenceAfterHead,
};

struct FaultTraits {
  Fault fault;
  // As scripts write it.
  std::string_view name;
  // Whether the API answers with an error of its own shape in place of a completion.
  bool is_error_answer = false;
  Delivery delivery = Delivery::kWhole;
};

const FaultTraits& TraitsOf(Fault fault);

// Null if no fault is called that.
const FaultTraits* FaultFromName(std::string_view name);

// "ok, rate_limited, quota, …".
std::string FaultNames();

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_FAULT_H_
