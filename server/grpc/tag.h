// A completion-queue tag: what happens when the operation it stands for is over.
#ifndef SPILLWAY_SERVER_GRPC_TAG_H_
#define SPILLWAY_SERVER_GRPC_TAG_H_

#include <memory>
#include <utility>

namespace spillway::server {

class Tag {
 public:
  virtual ~Tag() = default;
  // On the queue's thread, once for each time it was armed.
  virtual void Fire(bool ok) = 0;
};

// A tag that calls a member of its call, and keeps the call alive while it is out.
template <class Call>
class CallTag final : public Tag {
 public:
  using Method = void (Call::*)(bool ok);

  explicit CallTag(Method method) : method_(method) {}

  // What to give to gRPC. A tag is out at most once at a time.
  void* Arm(std::shared_ptr<Call> call) {
    call_ = std::move(call);
    return static_cast<Tag*>(this);
  }

  // gRPC will not fire it after all.
  void Disarm() { call_.reset(); }

  void Fire(bool ok) override {
    const std::shared_ptr<Call> call = std::move(call_);
    (call.get()->*method_)(ok);
  }

 private:
  Method method_;
  std::shared_ptr<Call> call_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_TAG_H_
