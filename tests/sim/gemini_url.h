// What Google reads in the path of a call.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_URL_H_
#define SPILLWAY_TESTS_SIM_GEMINI_URL_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::sim {

enum class GeminiForm : std::uint8_t {
  // /v1beta/models/MODEL:generateContent
  kStudio,
  // /v1/projects/P/locations/L/publishers/google/models/MODEL:generateContent
  kVertex,
  // /v1/publishers/google/models/MODEL:generateContent, by key
  kExpress,
  kOther,
};

struct GeminiUrl {
  GeminiForm form = GeminiForm::kOther;
  std::string model;
  // :streamGenerateContent.
  bool stream = false;
};

GeminiUrl ReadGeminiUrl(std::string_view target);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_URL_H_
