# Sourced by ./test and scripts/sanitize: how what they run under a sanitizer behaves.

sanitizer_options() {  # PRESET
  case "$1" in
    # A small quarantine, and fewer processes: memory is measured, and five hundred of these would take gigabytes.
    asan) export ASAN_OPTIONS=detect_stack_use_after_return=1:quarantine_size_mb=4 UBSAN_OPTIONS=print_stacktrace=1 LIVE_TEST_CALLS=60 ;;
    tsan) export TSAN_OPTIONS=halt_on_error=1 LIVE_TEST_CALLS=60 ;;
  esac
}
