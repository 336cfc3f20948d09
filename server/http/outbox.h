// Bytes on their way out that the socket did not take at once.
//
// A run that grows at its end, and after it, perhaps, a body that is sent from where it is. Memory is given
// back when all is out. Thread-safety: none.
#ifndef SPILLWAY_SERVER_HTTP_OUTBOX_H_
#define SPILLWAY_SERVER_HTTP_OUTBOX_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace spillway::server {

class Outbox {
 public:
  bool empty() const { return size() == 0; }
  std::size_t size() const { return run_.size() - run_at_ + body_.size() - body_at_; }

  // To append to; not after SetBody, until all is out.
  std::string& run() {
    // What is out is dropped when that moves no more bytes than it frees.
    if (run_at_ > 0 && run_at_ >= run_.size() - run_at_) {
      run_.erase(0, run_at_);
      run_at_ = 0;
    }
    return run_;
  }

  // `body` from `begin` on goes after the run.
  void SetBody(std::string body, std::size_t begin) {
    body_ = std::move(body);
    body_at_ = begin;
  }

  // What to write next; empty: nothing is left.
  std::string_view Next() const {
    return run_at_ < run_.size() ? std::string_view(run_).substr(run_at_)
                                 : std::string_view(body_).substr(body_at_);
  }

  // `count` bytes of Next() were written.
  void Advance(std::size_t count) {
    if (run_at_ == run_.size()) {
      body_at_ += count;
      return;
    }
    run_at_ += count;
    if (run_at_ < run_.size()) return;
    run_.clear();
    run_at_ = 0;
  }

  // Gives the memory back.
  void Clear() { *this = Outbox(); }

 private:
  std::string run_;
  std::size_t run_at_ = 0;
  std::string body_;
  std::size_t body_at_ = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_OUTBOX_H_
