# Our runtime for Ruby with a Runtime API that is no socket's, which Ruby in WebAssembly does not have. CASES: what is asked.
# Prints what it was told, as JSON in one line.
require "json"
require "rubygems"
$stdout.sync = true

module LiveRuntime
  class RuntimeApi
    Gone = Class.new(StandardError)
    Answer = Struct.new(:status, :headers, :body)
    attr_reader :told

    def initialize(events)
      @events = events.dup
      @told = []
    end

    def next
      event = @events.shift or raise Gone, "that is all"
      Answer.new(200, { "lambda-runtime-aws-request-id" => "r1", "lambda-runtime-deadline-ms" => "0" }, JSON.generate(event).b)
    end

    def respond(_id, body, type)
      @told << { body: body, type: type }
      Answer.new(202, {}, "")
    end

    def fail(_id, type, error) = @told << { reported: type, error: JSON.parse(error) }
    def init_error(type, error) = @told << { reported: type, init: JSON.parse(error) }
  end
end

$LOADED_FEATURES << "/live/live_runtime/api.rb"
require "/live/live_runtime/loop"

# Set up as the real one is, but for the process, which several share here.
class Session < LiveRuntime::Loop
  def initialize(api)
    @api = api
  end

  def exit!(code)
    @api.told << { exit: code } unless code == 1
    throw :ended
  end
end

told = CASES.map do |one|
  ENV["_HANDLER"], ENV["LAMBDA_TASK_ROOT"] = one["handler"], "/task"
  api = LiveRuntime::RuntimeApi.new([one["event"]])
  catch(:ended) { Session.new(api).run }
  api.told
end
puts JSON.generate({ version: RUBY_VERSION, told: told })
