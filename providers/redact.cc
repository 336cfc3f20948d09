#include "providers/redact.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "providers/utf8.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

// How the keys of known vendors begin.
constexpr std::string_view kKeyPrefixes[] = {
    "sk-",  "sk_",   "pk-",  "pk_",  "rk_",   "gsk_",   "csk-",   "xai-",       "AIza",
    "ya29", "hf_",   "AKIA", "ASIA", "pplx-", "nvapi-", "r8_",    "fw_",        "tgp_",
    "eyJ",  "sess-", "ghp_", "gho_", "xox",   "tvly-",  "glpat-", "github_pat_"};

// How ids begin that are long and random, and no secret.
constexpr std::string_view kIdPrefixes[] = {"req_",  "chatcmpl", "cmpl-", "gen-", "resp_",
                                            "call_", "msg_",     "org-",  "run_", "batch_"};

// Words that announce a secret when a colon, an equals sign or a quote follows them.
constexpr std::string_view kKeyWords[] = {"key",       "api_key",        "apikey",      "api-key",
                                          "x-api-key", "x-goog-api-key", "token",       "secret",
                                          "password",  "authorization",  "access_token"};

// What may follow "Bearer" in a sentence without being a credential.
constexpr std::string_view kAfterBearer[] = {"token", "tokens", "auth", "authentication", "authorization",
                                             "is",    "or",     "key",  "scheme",         "header"};

template <typename List>
bool Contains(const List& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' || c == '+' ||
         c == '/' || c == '*' || c == '~' || c == '%';
}

bool BeginsLikeAKey(std::string_view word) {
  constexpr std::size_t kFewestMore = 4;
  return std::any_of(std::begin(kKeyPrefixes), std::end(kKeyPrefixes), [word](std::string_view prefix) {
    return word.size() >= prefix.size() + kFewestMore && word.substr(0, prefix.size()) == prefix;
  });
}

bool BeginsLikeAnId(std::string_view word) {
  return std::any_of(std::begin(kIdPrefixes), std::end(kIdPrefixes),
                     [word](std::string_view prefix) { return word.substr(0, prefix.size()) == prefix; });
}

// Whether a run without '-', '.' or '~' is too long and too mixed to be a name.
bool LooksRandom(std::string_view run) {
  constexpr std::size_t kLongName = 28;
  constexpr std::size_t kLongPath = 32;
  bool digit = false, lower = false, upper = false, path = false;
  for (const char c : run) {
    digit |= absl::ascii_isdigit(static_cast<unsigned char>(c));
    lower |= absl::ascii_islower(static_cast<unsigned char>(c));
    upper |= absl::ascii_isupper(static_cast<unsigned char>(c));
    path |= c == '/' || c == '+' || c == '%';
  }
  if (path) return run.size() >= kLongPath && digit && lower && upper;
  return run.size() >= kLongName && digit && (lower || upper);
}

bool HoldsRandomRun(std::string_view word) {
  std::size_t start = 0;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    if (i < word.size() && word[i] != '-' && word[i] != '.' && word[i] != '~') continue;
    if (LooksRandom(word.substr(start, i - start))) return true;
    start = i + 1;
  }
  return false;
}

bool IsSecret(std::string_view word) {
  if (BeginsLikeAKey(word) || word.find("**") != std::string_view::npos) return true;
  for (std::size_t at = word.find('/'); at != std::string_view::npos; at = word.find('/', at + 1)) {
    if (BeginsLikeAKey(word.substr(at + 1))) return true;
  }
  return !BeginsLikeAnId(word) && HoldsRandomRun(word);
}

// Walks the words of a text with what came before in mind.
class Redactor {
 public:
  // The bytes between two words.
  void Between(char c) {
    marked_ = marked_ || c == ':' || c == '=' || c == '\'' || c == '"' || c == '`';
    out_ += c;
  }

  void Word(std::string_view word) {
    std::string_view dots;
    while (!word.empty() && word.back() == '.') {
      word.remove_suffix(1);
      dots = ".";
    }
    const std::string lower = absl::AsciiStrToLower(absl::string_view(word.data(), word.size()));
    const bool announced = (marked_ && expects_key_) || (after_bearer_ && !Contains(kAfterBearer, lower));
    const bool bearer = lower == "bearer" || lower == "basic";
    if (!word.empty() && !bearer && (announced || IsSecret(word))) {
      out_ += kRedacted;
    } else {
      out_ += word;
    }
    out_ += dots;
    // "key provided: …" announces one too.
    expects_key_ = Contains(kKeyWords, lower) || (expects_key_ && (lower == "provided" || bearer));
    after_bearer_ = bearer;
    marked_ = false;
  }

  std::size_t size() const { return out_.size(); }
  const std::string& text() const { return out_; }

 private:
  std::string out_;
  bool expects_key_ = false;
  bool after_bearer_ = false;
  bool marked_ = false;
};

}  // namespace

std::string SafeText(std::string_view text, std::size_t limit) {
  Redactor redactor;
  while (!text.empty() && redactor.size() <= limit) {
    std::size_t size = 0;
    while (size < text.size() && IsWordByte(text[size])) ++size;
    if (size > 0) {
      redactor.Word(text.substr(0, size));
    } else {
      const auto byte = static_cast<unsigned char>(text[0]);
      redactor.Between(byte < 0x20 || byte == 0x7F ? ' ' : text[0]);
      size = 1;
    }
    text.remove_prefix(size);
  }
  const std::string repaired = RepairUtf8(redactor.text());
  return std::string(CutUtf8(repaired, limit));
}

}  // namespace spillway::providers
