#include "server/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/config/text_check.h"

namespace spillway::server {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Ends the parse from inside a callback; the parser knows no other way.
struct Refused {
  Position at;
  std::string what;
};

Position At(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

// Whether the quoted scalar that begins at `start` has its closing quote. The parser takes the
// end of the file for one.
bool QuoteIsClosed(std::string_view text, std::size_t start) {
  const char quote = text[start];
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return true;
      ++i;
    }
  }
  return false;
}

// The null that `text` begins with; empty if it begins with something else. The parser reports the
// place of a value that is missing as that of whatever comes next.
std::string WrittenNull(std::string_view text) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (text.substr(0, word.size()) != word) continue;
    const std::string_view after = text.substr(word.size(), 1);
    if (after.empty() || after.find_first_of(" \t\r\n,]}") == 0) return std::string(word);
  }
  return "";
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw Refused{At(mark),
                    "a second document begins here; a file is one document (is the indentation right?)"};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node = New(YamlNode::Kind::kNull, mark, "", anchor);
    node.text = WrittenNull(text_.substr(std::min<std::size_t>(text_.size(), std::max(mark.pos, 0))));
    Place(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Place(New(YamlNode::Kind::kAlias, mark, "", 0));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = New(YamlNode::Kind::kScalar, mark, tag, anchor);
    node.quoted = tag == "!";
    node.text = value;
    const std::size_t start = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (start < text_.size() && (text_[start] == '"' || text_[start] == '\'') &&
        !QuoteIsClosed(text_, start)) {
      throw Refused{node.at, "not valid YAML: this quote is never closed"};
    }
    Place(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(New(YamlNode::Kind::kList, mark, tag, anchor));
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(New(YamlNode::Kind::kMap, mark, tag, anchor));
  }
  void OnMapEnd() override { Close(); }

 private:
  YamlNode New(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (++nodes_ > kMaxYamlNodes) {
      throw Refused{At(mark), absl::StrCat("the file has more than ", kMaxYamlNodes, " values")};
    }
    YamlNode node;
    node.kind = kind;
    node.at = At(mark);
    node.has_anchor = anchor != 0;
    // "?" and "!" are what the parser calls a plain and a quoted value without a tag.
    node.has_tag = !tag.empty() && tag != "?" && tag != "!";
    return node;
  }

  void Open(YamlNode node) {
    if (open_.size() >= kMaxYamlDepth) {
      throw Refused{node.at, absl::StrCat("nested more than ", kMaxYamlDepth, " levels deep")};
    }
    open_.push_back(std::move(node));
  }

  void Close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    Place(std::move(node));
  }

  void Place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back();
    const bool is_key = parent.kind == YamlNode::Kind::kMap && parent.keys.size() == parent.items.size();
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  const std::string_view text_;
  YamlNode root_;
  std::vector<YamlNode> open_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// The parser's words, with what usually is the cause; never with text out of the file.
std::string Explain(const std::string& message) {
  const auto is = [&](const char* known) { return message.rfind(known, 0) == 0; };
  std::string hint;
  // Its words end with the character itself.
  if (is(YAML::ErrorMsg::INVALID_ESCAPE)) {
    return "not valid YAML: an unknown escape; in double quotes, a backslash is written \\\\";
  }
  if (is(YAML::ErrorMsg::UNKNOWN_ANCHOR)) {
    return "anchors and aliases are not supported; write the value out, or quote a text that begins with *";
  }
  if (is(YAML::ErrorMsg::ALIAS_NOT_FOUND)) hint = " (a text that begins with * needs quotes)";
  if (is(YAML::ErrorMsg::UNKNOWN_TOKEN)) hint = " (a text with special characters needs quotes)";
  if (is(YAML::ErrorMsg::MAP_VALUE))
    hint = " (check the indentation; a text that contains \": \" needs quotes)";
  if (is(YAML::ErrorMsg::END_OF_MAP) || is(YAML::ErrorMsg::END_OF_SEQ))
    hint = " (check the indentation here)";
  return absl::StrCat("not valid YAML: ", message, hint);
}

}  // namespace

std::string_view FaultOfForm(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kAlias || node.has_anchor) {
    return "anchors and aliases are not supported; write the value out";
  }
  return node.has_tag ? "YAML tags are not supported; write the value alone" : "";
}

std::optional<YamlNode> ParseYaml(std::string_view text, ConfigErrors* errors) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  const auto fail = [&](Position at, std::string what) {
    errors->push_back({at.line, at.column, "", std::move(what)});
    return std::nullopt;
  };
  ConfigErrors unfit = CheckText(text);
  if (!unfit.empty()) {
    errors->insert(errors->end(), unfit.begin(), unfit.end());
    return std::nullopt;
  }
  TreeBuilder builder(text);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return fail({}, "the file is empty");
    parser.HandleNextDocument(builder);
  } catch (const Refused& refused) {
    return fail(refused.at, refused.what);
  } catch (const YAML::Exception& error) {
    return fail(At(error.mark), Explain(error.msg));
  }
  YamlNode root = builder.TakeRoot();
  if (root.kind == YamlNode::Kind::kMap) return root;
  if (root.kind == YamlNode::Kind::kNull) return fail({}, "the file is empty");
  return fail(root.at, "the file must be a mapping (providers: …), not a list or a lone text");
}

}  // namespace spillway::server
