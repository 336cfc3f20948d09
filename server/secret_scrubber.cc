#include "server/secret_scrubber.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace spillway::server {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::size_t kRun = 8;
// One that is shorter is no secret: servers that want none are given "none", "EMPTY", "dummy".
constexpr std::size_t kShortestSecret = 6;

char Lower(char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); }

// What a run is known by: its bytes, the last of them lowest.
std::uint64_t Append(std::uint64_t run, char c) { return run << 8 | static_cast<unsigned char>(Lower(c)); }

std::uint64_t RunAt(std::string_view text, std::size_t at) {
  std::uint64_t run = 0;
  for (std::size_t i = 0; i < kRun; ++i) run = Append(run, text[at + i]);
  return run;
}

// Calls `with(at)` for each run of `text` that `known` holds, `at` being where it begins.
template <class With>
void ForEachRun(std::string_view text, const absl::flat_hash_set<std::uint64_t>& known, With with) {
  std::uint64_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    run = Append(run, text[i]);
    if (i + 1 >= kRun && known.contains(run)) with(i + 1 - kRun);
  }
}

bool EndsWord(char c) {
  constexpr std::string_view kEnds = " \t\"'`,;()<>[]{}";
  return kEnds.find(c) != std::string_view::npos;
}

std::string PercentEncoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~';
    plain ? out.push_back(c) : absl::StrAppend(&out, "%", absl::Hex(byte, absl::kZeroPad2));
  }
  return out;
}

// What base64 makes of `secret` where `before` bytes come before it, without what depends on those and on
// what comes after.
std::string InBase64(const std::string& secret, std::size_t before, bool web_safe) {
  const std::string text = std::string(before, ' ') + secret;
  const std::string whole = web_safe ? absl::WebSafeBase64Escape(text) : absl::Base64Escape(text);
  const std::size_t begin = before == 0 ? 0 : before + 1;
  const std::size_t end = text.size() * 8 / 6;
  return end > begin ? whole.substr(begin, end - begin) : "";
}

}  // namespace

SecretScrubber::SecretScrubber(const EndpointSecrets& secrets) {
  Learn(secrets.api_key);
  Learn(secrets.aws.access_key_id);
  Learn(secrets.aws.secret_access_key);
  Learn(secrets.aws.session_token);
}

void SecretScrubber::Learn(const SecretString& secret) {
  const std::string& text = secret.Reveal();
  if (text.size() < kShortestSecret) return;
  LearnForm(text);
  LearnForm(PercentEncoded(text));
  LearnForm(absl::BytesToHexString(text));
  for (std::size_t before = 0; before < 3; ++before) {
    LearnForm(InBase64(text, before, /*web_safe=*/false));
    LearnForm(InBase64(text, before, /*web_safe=*/true));
  }
}

void SecretScrubber::LearnForm(std::string form) {
  if (form.size() < kShortestSecret) return;
  if (form.size() < kRun) {
    std::transform(form.begin(), form.end(), form.begin(), Lower);
    short_forms_.push_back(std::move(form));
    return;
  }
  for (std::size_t at = 0; at + kRun <= form.size(); ++at) runs_.insert(RunAt(form, at));
}

void SecretScrubber::Scrub(std::string& text) const {
  std::vector<bool> secret;
  const auto mark = [&](std::size_t at, std::size_t size) {
    secret.resize(text.size());
    std::fill_n(secret.begin() + static_cast<std::ptrdiff_t>(at), size, true);
  };
  ForEachRun(text, runs_, [&](std::size_t at) { mark(at, kRun); });
  if (!short_forms_.empty()) {
    const std::string lower = absl::AsciiStrToLower(text);
    for (const std::string& form : short_forms_) {
      for (std::size_t at = lower.find(form); at != std::string::npos; at = lower.find(form, at + 1)) {
        mark(at, form.size());
      }
    }
  }
  if (secret.empty()) return;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    // A word, or what stands between two; a secret may hold such bytes itself.
    std::size_t end = i;
    bool hit = false;
    while (end < text.size() && (secret[end] || !EndsWord(text[end]))) hit |= secret[end++];
    out += hit ? kRedacted : std::string_view(text).substr(i, end - i);
    if (end < text.size()) out += text[end++];
    i = end;
  }
  text = std::move(out);
}

void SecretScrubber::Scrub(router::FailedAttempt& failed) const {
  Scrub(failed.message);
  Scrub(failed.provider_code);
  Scrub(failed.provider_param);
}

void SecretScrubber::ScrubId(std::string& id) const {
  // A run of fifteen holds one of eight that begins at a multiple of eight.
  for (std::size_t at = 0; at + kRun <= id.size(); at += kRun) {
    if (runs_.contains(RunAt(id, at))) return Scrub(id);
  }
}

}  // namespace spillway::server
