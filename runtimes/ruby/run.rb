# A Lambda runtime for Ruby: asks the Runtime API for invocations and runs the function's handler.
require_relative "live_runtime/loop"

LiveRuntime::Loop.new.run
