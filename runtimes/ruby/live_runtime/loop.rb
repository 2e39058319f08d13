require "json"
require_relative "api"
require_relative "context"
require_relative "errors"
require_relative "handler"
require_relative "logs"
require_relative "task_root"

module LiveRuntime
  # Init, then one invocation after the other.
  class Loop
    # After these Lambda starts afresh.
    CRITICAL = [NameError, NoMethodError].freeze

    def initialize
      $stderr.reopen($stdout) # one stream, as in Lambda's log, so that lines keep their order
      $stdout.sync = $stderr.sync = true
      Encoding.default_external = Encoding::UTF_8
      Logs.set_up
      @api = RuntimeApi.new(ENV.fetch("AWS_LAMBDA_RUNTIME_API"))
      # Nobody shows errors there but the log; a session shows them itself (src/runtime/worker.cpp).
      @error_mark = ENV.delete("LIVE_CLOUD") ? "" : "\u0001live logged "
    end

    def run
      TaskRoot.tell_writes_to(ENV.fetch("LAMBDA_TASK_ROOT"))
      load_handler
      TaskRoot.tell_what_was_left
      loop { serve(@api.next) }
    rescue RuntimeApi::Gone
      exit!(1)
    end

    private

    def load_handler
      @handler = Handler.new(ENV.fetch("_HANDLER"), ENV.fetch("LAMBDA_TASK_ROOT"))
    rescue SystemExit, SignalException
      raise
    rescue Exception => e # LoadError and SyntaxError, too
      error = told(e, "Init", "Init error when loading handler ")
      @api.init_error(LiveRuntime.reported_type(e, "Init"), JSON.generate(error))
      exit!(252)
    end

    def serve(invocation)
      headers = invocation.headers
      id = headers["lambda-runtime-aws-request-id"]
      ENV["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
      body, type = answer(invocation)
      TaskRoot.tell_what_was_left
      check(@api.respond(id, body, type))
    rescue RuntimeApi::Gone, SystemExit, SignalException
      raise
    rescue Exception => e
      TaskRoot.tell_what_was_left
      title = critical?(e) ? "Critical exception from handler" : "Error raised from handler method"
      @api.fail(id, LiveRuntime.reported_type(e, "Function"), JSON.generate(told(e, "Function", title)))
      exit!(255) if critical?(e)
    end

    def answer(invocation)
      event = invocation.body.force_encoding(Encoding::UTF_8)
      event = JSON.parse(event) if invocation.headers.fetch("content-type", "application/json") == "application/json"
      @handler.call(event, LambdaContext.new(invocation.headers))
    end

    def critical?(error)
      !error.is_a?(StandardError) || CRITICAL.any? { |kind| error.is_a?(kind) }
    end

    # In the log as by AWS's client.
    def told(error, phase, title)
      shape = LiveRuntime.envelope(error, phase)
      puts "#{@error_mark}#{title}"
      puts "#{@error_mark}#{JSON.pretty_generate(shape)}"
      shape
    end

    def check(answer)
      return if answer.status == 202

      puts "LAMBDA_RUNTIME Failed to post an answer. Http response code: #{answer.status}. #{answer.body}"
    end
  end
end
