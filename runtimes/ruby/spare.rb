# A Lambda runtime that waits, with everything loaded but the function's code and environment, until a line on its
# standard input tells which function it is: {"folder": ..., "environment": {...}}.
require "json"
require "logger"
require "net/http"
require "openssl"
require "securerandom"
require "time"
require "uri"
require_relative "live_runtime/loop"

line = $stdin.gets or exit # nobody needs us
order = JSON.parse(line)
$stdin.reopen(File::NULL)
ENV.replace(order["environment"])
Dir.chdir(order["folder"])
$LOAD_PATH.unshift(*ENV.fetch("RUBYLIB", "").split(":")) # what Ruby itself reads when it starts
Gem.clear_paths # GEM_PATH

LiveRuntime::Loop.new.run
