// The function that a library would have been called for, had this program not defined one of the same name.
//
// Any thread. Ends the program if there is none: what comes after would be a race that is not one.
#ifndef SPILLWAY_TESTS_SUPPORT_TSAN_NEXT_SYMBOL_H_
#define SPILLWAY_TESTS_SUPPORT_TSAN_NEXT_SYMBOL_H_

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace spillway::tsan {

template <typename Function>
Function* NextSymbol(const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::fprintf(stderr, "tests/support/tsan: no library has %s\n", name);
    std::abort();
  }
  return reinterpret_cast<Function*>(found);
}

}  // namespace spillway::tsan

#endif  // SPILLWAY_TESTS_SUPPORT_TSAN_NEXT_SYMBOL_H_
