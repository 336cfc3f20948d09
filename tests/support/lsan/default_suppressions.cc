// What LeakSanitizer does not report, in every program of an AddressSanitizer build: only leaks of the
// distribution's libraries, each with its reason.

// c-ares 1.18, which gRPC's clients resolve names with, keeps ten bytes of each look-up in some of them.
// Nothing of ours is called between the look-up and its end.
extern "C" const char* __lsan_default_suppressions() { return "leak:libcares.so\n"; }
