// A request on its way out: head and body as at most two runs of bytes.
//
// What fits one TLS record goes as one run, so that it is one write, one record and one packet. Of a
// larger body only the beginning is copied behind the head; the rest is sent from where it is.
//
// Thread-safety: none. Ownership: Begin's arguments stay the caller's and must stay until
// Done(); `scratch` may be used for something else after Detach().
#ifndef SPILLWAY_TRANSPORT_OUTGOING_REQUEST_H_
#define SPILLWAY_TRANSPORT_OUTGOING_REQUEST_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::transport {

class OutgoingRequest {
 public:
  // The most a TLS record holds.
  static constexpr std::size_t kOneRecord = 16 * 1024;

  // `scratch` holds the head; the beginning of `body` is appended to it.
  void Begin(std::string& scratch, std::string_view body) {
    const std::size_t room = scratch.size() < kOneRecord ? kOneRecord - scratch.size() : 0;
    const std::size_t copied = body.size() < room ? body.size() : room;
    scratch.append(body.substr(0, copied));
    first_ = scratch;
    rest_ = body.substr(copied);
    detached_ = false;
  }

  // What to write next; empty: nothing is left.
  std::string_view Next() const { return first_.empty() ? rest_ : first_; }

  // `size` bytes of Next() were written.
  void Advance(std::size_t size) { (first_.empty() ? rest_ : first_).remove_prefix(size); }

  bool Done() const { return first_.empty() && rest_.empty(); }

  // Makes itself independent of `scratch`.
  void Detach() {
    if (first_.empty() || detached_) return;
    kept_.assign(first_);
    first_ = kept_;
    detached_ = true;
  }

  void Clear() {
    first_ = rest_ = {};
    kept_ = std::string();
  }

 private:
  std::string_view first_;
  std::string_view rest_;
  std::string kept_;
  bool detached_ = false;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_OUTGOING_REQUEST_H_
