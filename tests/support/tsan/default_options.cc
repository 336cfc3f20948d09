// What ThreadSanitizer's programs run with, also as children of a test and by hand. TSAN_OPTIONS goes before
// it.
extern "C" const char* __tsan_default_options() {
  return "suppressions=" SPILLWAY_TSAN_SUPPRESSIONS ":history_size=4:second_deadlock_stack=1:halt_on_error=0";
}
