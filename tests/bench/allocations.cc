#include "tests/bench/allocations.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace spillway::bench {
namespace {

thread_local std::uint64_t allocations = 0;

void* Counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  ++allocations;
  return memory;
}

}  // namespace

std::uint64_t Allocations() { return allocations; }

}  // namespace spillway::bench

// The standard library's other forms (arrays, nothrow) call these.

void* operator new(std::size_t size) { return spillway::bench::Counted(std::malloc(size != 0 ? size : 1)); }

void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto boundary = static_cast<std::size_t>(alignment);
  // A multiple of the alignment, as aligned_alloc wants it.
  const std::size_t rounded = (size + boundary - 1) / boundary * boundary;
  return spillway::bench::Counted(std::aligned_alloc(boundary, rounded != 0 ? rounded : boundary));
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
