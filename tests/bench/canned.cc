#include "tests/bench/canned.h"

#include "spillway/v1/chat.pb.h"

namespace spillway::bench {
namespace {

constexpr char kInstructions[] =
    "You are the assistant of an online shop. Answer in at most three sentences, in the customer's language, "
    "without promising anything that the policy below does not say. Policy: goods may be returned within 30 "
    "days of delivery, unused and in their packaging; the shop pays for the return of faulty goods, the "
    "customer for all others; refunds arrive within 5 working days after the goods did.";

constexpr char kQuestion[] =
    "Hello, I ordered a kettle two weeks ago (order 48151623). It arrived last Tuesday, I used it twice and "
    "now the lid no longer closes. I still have the box but not the leaflet that came with it. Can I send it "
    "back, who pays for the parcel, and how long will it take until I have my money? I would rather have a "
    "refund than a replacement, and I will be away from the 12th to the 20th, so please tell me whether the "
    "return can wait until I am back home again.";

constexpr char kAnswer[] =
    "I am sorry about the lid. Because the kettle is faulty you can return it within 30 days of its "
    "delivery, "
    "so a return after the 20th is still in time, and the shop pays for the parcel; a missing leaflet does "
    "not matter. Your refund arrives within 5 working days after the kettle has reached us. To begin, open "
    "the order in your account, choose the reason that fits best and print the label we send you; the parcel "
    "may be handed in at any post office, and we write to you as soon as it is here.";

}  // namespace

std::string CannedChatRequest(const std::string& model, int max_tokens) {
  v1::ChatRequest request;
  request.set_model(model);
  v1::Message* message = request.add_messages();
  message->set_role(v1::ROLE_SYSTEM);
  message->set_content(kInstructions);
  message = request.add_messages();
  message->set_role(v1::ROLE_USER);
  message->set_content(kQuestion);
  request.set_temperature(0.2);
  request.set_max_tokens(max_tokens);
  request.set_user("customer-4815");
  return request.SerializeAsString();
}

std::string CannedChatResponse() {
  v1::ChatResponse response;
  response.set_id("chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG");
  response.set_created(1741570283);
  response.set_model("gpt-4o-2024-08-06");
  v1::Choice* choice = response.add_choices();
  choice->mutable_message()->set_role(v1::ROLE_ASSISTANT);
  choice->mutable_message()->set_content(kAnswer);
  choice->set_finish_reason("stop");
  v1::Usage* usage = response.mutable_usage();
  usage->set_prompt_tokens(205);
  usage->set_completion_tokens(113);
  usage->set_total_tokens(318);
  response.set_service_tier("default");
  response.set_system_fingerprint("fp_fc9f1d7035");
  v1::RouteTrace* route = response.mutable_route();
  route->set_policy("bench");
  v1::TargetRef* target = route->mutable_served_by();
  target->set_provider("upstream");
  target->set_endpoint("first");
  target->set_model("gpt-4o");
  v1::Attempt* attempt = route->add_attempts();
  *attempt->mutable_target() = *target;
  attempt->set_http_status(200);
  attempt->mutable_latency()->set_nanos(400'000);
  return response.SerializeAsString();
}

std::string CannedUpstreamBody(int max_tokens, const std::string& model) {
  return R"({"model":")" + model + R"(","messages":[{"role":"system","content":")" + kInstructions +
         R"("},{"role":"user","content":")" + kQuestion + R"("}],"temperature":0.2,"max_tokens":)" +
         std::to_string(max_tokens) + R"(,"user":"customer-4815"})";
}

}  // namespace spillway::bench
