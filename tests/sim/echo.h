// A provider that tells the credential it was shown: whole, in part, or in another form.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_ECHO_H_
#define SPILLWAY_TESTS_SIM_ECHO_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sim/message.h"

namespace spillway::sim {

enum class EchoForm : std::uint8_t {
  kNone,
  kRaw,
  kBase64,
  // Percent-encoded.
  kUrl,
  kHex,
  // Its first twelve characters.
  kHead,
  // Those, asterisks or dots, and its last four.
  kMasked,
  kDotted,
};

// "raw", "base64", "url", "hex", "head", "masked", "dotted"; kNone if no form is called that.
EchoForm EchoFormFromName(std::string_view name);

// What `request` was to be authorised by: a key, a token; for AWS the session token and the whole of
// Authorization. Empty if there is nothing of the kind.
std::string PresentedCredential(const Request& request);

std::string InEchoForm(std::string_view credential, EchoForm form);

// Puts `text` at the beginning of the message of an error, whatever API's, or of a page's title; at the
// body's end if there is neither.
void TellInError(std::string_view text, std::string& body);

// Puts `text` in place of each "{{credential}}".
void FillIn(std::string_view text, std::string& into);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_ECHO_H_
