#include "server/request_id.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/random_bits.h"

namespace spillway::server {

bool IsFitRequestId(std::string_view id) {
  return !id.empty() && id.size() <= 128 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string NewRequestId() {
  return absl::StrCat(absl::Hex(RandomBits(), absl::kZeroPad16), absl::Hex(RandomBits(), absl::kZeroPad16));
}

}  // namespace spillway::server
