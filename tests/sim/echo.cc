#include "tests/sim/echo.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace spillway::sim {
namespace {

struct FormName {
  EchoForm form;
  std::string_view name;
};

constexpr std::array kFormNames = {
    FormName{EchoForm::kRaw, "raw"},      FormName{EchoForm::kBase64, "base64"},
    FormName{EchoForm::kUrl, "url"},      FormName{EchoForm::kHex, "hex"},
    FormName{EchoForm::kHead, "head"},    FormName{EchoForm::kMasked, "masked"},
    FormName{EchoForm::kDotted, "dotted"}};

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      absl::StrAppendFormat(&out, "%%%02X", byte);
    }
  }
  return out;
}

std::string HeadAndTail(std::string_view text, std::string_view between) {
  const std::string_view tail = text.size() < 4 ? "" : text.substr(text.size() - 4);
  return absl::StrCat(View(text.substr(0, 12)), View(between), View(tail));
}

}  // namespace

EchoForm EchoFormFromName(std::string_view name) {
  for (const FormName& row : kFormNames) {
    if (row.name == name) return row.form;
  }
  return EchoForm::kNone;
}

std::string PresentedCredential(const Request& request) {
  const std::string* authorization = FindHeader(request.headers, "authorization");
  if (const std::string* token = FindHeader(request.headers, "x-amz-security-token")) {
    return absl::StrCat(*token, " ", authorization == nullptr ? "" : *authorization);
  }
  for (const char* name : {"x-api-key", "api-key", "x-goog-api-key"}) {
    if (const std::string* key = FindHeader(request.headers, name)) return *key;
  }
  if (authorization == nullptr) return QueryValue(request.target, "key");
  return std::string(absl::StripPrefix(*authorization, "Bearer "));
}

std::string InEchoForm(std::string_view credential, EchoForm form) {
  switch (form) {
    case EchoForm::kNone:
      return "";
    case EchoForm::kRaw:
      return std::string(credential);
    case EchoForm::kBase64:
      return absl::Base64Escape(View(credential));
    case EchoForm::kUrl:
      return PercentEncoded(credential);
    case EchoForm::kHex:
      return absl::BytesToHexString(View(credential));
    case EchoForm::kHead:
      return std::string(credential.substr(0, 12));
    case EchoForm::kMasked:
      return HeadAndTail(credential, "********");
    case EchoForm::kDotted:
      return HeadAndTail(credential, "...");
  }
  return "";
}

void TellInError(std::string_view text, std::string& body) {
  static constexpr std::array<std::string_view, 4> kPlaces = {"\"message\":\"", "\"detail\":\"",
                                                              "\"error\":\"", "<title>"};
  const std::string quoted =
      boost::json::serialize(boost::json::value(boost::json::string(text.data(), text.size())));
  for (const std::string_view place : kPlaces) {
    const std::size_t at = body.find(place);
    if (at == std::string::npos) continue;
    body.insert(at + place.size(), quoted.substr(1, quoted.size() - 2) + " ");
    return;
  }
  absl::StrAppend(&body, " ", View(text));
}

void FillIn(std::string_view text, std::string& into) {
  absl::StrReplaceAll({{"{{credential}}", View(text)}}, &into);
}

}  // namespace spillway::sim
