#include "server/request_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

// Longer than any provider's model id; it travels into logs and error texts.
constexpr std::size_t kMaxModelBytes = 256;

class Checker {
 public:
  explicit Checker(std::vector<FieldViolation>& violations) : violations_(violations) {}

  void CheckMessage(const v1::Message& message, int index) {
    const std::string path = absl::StrCat("messages[", index, "]");
    if (message.role() == v1::ROLE_UNSPECIFIED) {
      Add(absl::StrCat(path, ".role"), "is required");
    } else if (!v1::Role_IsValid(message.role())) {
      Add(absl::StrCat(path, ".role"), absl::StrCat("unknown role ", static_cast<int>(message.role())));
    }
    if (message.has_content() && !message.parts().empty()) {
      Add(absl::StrCat(path, ".content"), "give either content or parts, not both");
    }
    if (message.role() == v1::ROLE_TOOL && message.tool_call_id().empty()) {
      Add(absl::StrCat(path, ".tool_call_id"), "is required for a tool's result");
    }
    for (int i = 0; i < message.parts_size(); ++i) {
      if (message.parts(i).part_case() == v1::ContentPart::PART_NOT_SET) {
        Add(absl::StrCat(path, ".parts[", i, "]"), "is empty");
      }
    }
  }

  void Add(std::string field, std::string description) {
    violations_.push_back({std::move(field), std::move(description)});
  }

 private:
  std::vector<FieldViolation>& violations_;
};

}  // namespace

std::vector<FieldViolation> CheckModel(const std::string& model) {
  std::vector<FieldViolation> violations;
  Checker checker(violations);
  if (model.empty()) checker.Add("model", "is required");
  if (model.size() > kMaxModelBytes) {
    checker.Add("model", absl::StrCat("is longer than ", kMaxModelBytes, " bytes"));
  }
  // It is echoed as metadata, where anything else would end the connection.
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (!std::all_of(model.begin(), model.end(), printable)) checker.Add("model", "must be printable ASCII");
  return violations;
}

std::vector<FieldViolation> CheckRequest(const v1::ChatRequest& request, std::uint32_t max_messages) {
  std::vector<FieldViolation> violations = CheckModel(request.model());
  Checker checker(violations);
  if (request.messages().empty()) checker.Add("messages", "at least one message is required");
  if (static_cast<std::uint32_t>(request.messages_size()) > max_messages) {
    checker.Add("messages",
                absl::StrCat("more than ", max_messages, " messages (server.limits.max_messages)"));
    return violations;
  }
  for (int i = 0; i < request.messages_size(); ++i) checker.CheckMessage(request.messages(i), i);
  if (request.has_n() && request.n() < 1) checker.Add("n", "must be at least 1");
  return violations;
}

}  // namespace spillway::server
