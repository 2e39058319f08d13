require "stringio"

module LiveRuntime
  # What `puts` or a logger of standard output says at once is one event of the log, as by AWS's client, by frames where
  # `live` says so (src/process/frames.h). They go where lines go, so that all keep their order.
  module Logs
    TYPE = 0xA55A0003

    # Standard output, in frames; for a Logger.
    class FramedOutput
      def initialize
        @output = $stdout.dup # also after somebody has led standard output elsewhere
        @output.binmode
        @output.sync = true
      end

      def write(message)
        bytes = message.to_s.b
        @output.write([TYPE, bytes.bytesize, Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)].pack("L>L>Q>") << bytes)
        bytes.bytesize
      end

      def close = nil
    end

    # As `puts` on Lambda, which is not that of $stdout.
    module Puts
      private

      def puts(*texts)
        text = StringIO.new
        text.puts(*texts)
        FRAMED.write(text.string)
        nil
      end
    end

    # As on Lambda: of whatever else it is given a logger is Ruby's own.
    module Loggers
      def initialize(device, *rest, **options)
        super(Logs.takes?(device) ? FRAMED : device, *rest, **options)
      end
    end

    class << self
      # The function does not see it.
      def set_up
        return unless ENV.delete("_LAMBDA_TELEMETRY_LOG_FD") == "1"

        Logs.const_set(:FRAMED, FramedOutput.new)
        Kernel.prepend(Puts)
        require "logger"
        Logger.prepend(Loggers)
      rescue LoadError
        nil # a bundle without it
      end

      def takes?(device) = device.nil? || device.equal?($stdout) || device.equal?($stderr)
    end
  end
end
