#include "providers/bedrock_blocks.h"

#include "absl/strings/ascii.h"
#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

std::string_view Trimmed(std::string_view text) {
  const auto trimmed = absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  return {trimmed.data(), trimmed.size()};
}

bool IsJsonObject(std::string_view text) {
  if (!text.starts_with('{')) return false;
  const JsonDocument document(text);
  return document.ok() && document.root().is_object();
}

// The caller's mark; null when there is none.
const google::protobuf::Value* CacheControl(const Struct& extra) {
  if (extra.fields().empty()) return nullptr;
  const auto mark = extra.fields().find("cache_control");
  return mark == extra.fields().end() || mark->second.has_null_value() ? nullptr : &mark->second;
}

std::string_view TtlOf(const google::protobuf::Value& mark) {
  const auto ttl = mark.struct_value().fields().find("ttl");
  return ttl == mark.struct_value().fields().end() ? std::string_view() : ttl->second.string_value();
}

constexpr std::string_view kWrongPlace = "is of a kind that Bedrock does not take here";

}  // namespace

bool WriteBedrockCachePoint(const Struct& extra, BedrockWriting& writing) {
  const google::protobuf::Value* mark = CacheControl(extra);
  if (mark == nullptr || !writing.model.takes_cache_points) return false;
  JsonWriter& json = writing.json;
  json.BeginObject();
  json.Key("cachePoint");
  json.BeginObject();
  json.Field("type", "default");
  if (const auto ttl = TtlOf(*mark); !ttl.empty()) json.Field("ttl", ttl);
  json.EndObject();
  json.EndObject();
  return true;
}

void BedrockBlocks::PlainText(std::string_view text) {
  writing_.json.BeginObject();
  writing_.json.Field("text", text);
  writing_.json.EndObject();
  last_ = Kind::kText;
}

void BedrockBlocks::Text(std::string_view text) {
  const std::string_view trimmed = Trimmed(text);
  if (trimmed.empty()) return;
  has_text_ = true;
  if (speaker_ != BedrockSpeaker::kTool || !IsJsonObject(trimmed)) return PlainText(text);
  writing_.json.BeginObject();
  writing_.json.Key("json");
  writing_.json.Raw(trimmed);
  writing_.json.EndObject();
  last_ = Kind::kOther;
}

bool BedrockBlocks::Part(const v1::ContentPart& part) {
  const Struct* block = ScopedExtra(part.extra(), v1::API_BEDROCK);
  if (block != nullptr && !block->fields().empty()) {
    last_ = Kind::kOther;
    // It may be a text, or a guarded one.
    has_text_ = true;
    return WriteStruct(*block, writing_.json, writing_.error) || writing_.error.In("extra.bedrock");
  }
  switch (part.part_case()) {
    case v1::ContentPart::kText:
      Text(part.text());
      return true;
    case v1::ContentPart::kRefusal:
      Text(part.refusal());
      return true;
    case v1::ContentPart::PART_NOT_SET:
      return writing_.error.Set("", "has no content");
    default:
      return Media(part);
  }
}

bool BedrockBlocks::Media(const v1::ContentPart& part) {
  if (speaker_ == BedrockSpeaker::kSystem || speaker_ == BedrockSpeaker::kAssistant) {
    return writing_.error.Unsupported("", kWrongPlace);
  }
  if (part.has_image_url()) {
    const std::string& detail = part.image_url().detail();
    writing_.dropped.AddIf(!detail.empty() && detail != "auto", "messages.parts.image_url.detail");
    last_ = Kind::kOther;
    return WriteBedrockImage(part.image_url(), writing_.json, writing_.error) ||
           writing_.error.In("image_url");
  }
  if (part.has_file()) {
    document_name_ = writing_.document_names.Next(part.file().filename());
    last_ = Kind::kDocument;
    return WriteBedrockDocument(part.file(), document_name_, writing_.json, writing_.error) ||
           writing_.error.In("file");
  }
  return writing_.error.Unsupported("", kWrongPlace);
}

bool BedrockBlocks::Content(const v1::Message& message) {
  Text(message.content());
  for (int i = 0; i < message.parts_size(); ++i) {
    if (!Part(message.parts(i))) return writing_.error.In("parts", static_cast<std::size_t>(i));
    // In a tool's result none can be; see WriteToolResult.
    if (speaker_ != BedrockSpeaker::kTool) CachePoint(message.parts(i).extra());
  }
  return true;
}

void BedrockBlocks::SignedReasoning(const ThinkingBlock& block) {
  JsonWriter& json = writing_.json;
  json.BeginObject();
  json.Key("reasoningContent");
  json.BeginObject();
  if (block.redacted.empty()) {
    json.Key("reasoningText");
    json.BeginObject();
    json.Field("text", block.text);
    json.Field("signature", block.signature);
    json.EndObject();
  } else {
    json.Field("redactedContent", block.redacted);
  }
  json.EndObject();
  json.EndObject();
  last_ = Kind::kReasoning;
}

void BedrockBlocks::CachePoint(const Struct& extra) {
  if (last_ == Kind::kNone || last_ == Kind::kReasoning || last_ == Kind::kCachePoint) return;
  if (CacheControl(extra) == nullptr || !writing_.model.takes_cache_points) return;
  if (last_ == Kind::kDocument) PlainText("\n");
  if (WriteBedrockCachePoint(extra, writing_)) last_ = Kind::kCachePoint;
}

void BedrockBlocks::Close() {
  if (!document_name_.empty() && !has_text_ && speaker_ == BedrockSpeaker::kUser) PlainText(document_name_);
  writing_.json.EndArray();
}

}  // namespace spillway::providers
