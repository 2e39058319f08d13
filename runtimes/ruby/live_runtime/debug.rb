require "json"

module LiveRuntime
  # Opens this process to the developer's debugger, before any of the function's code is there.
  module Debug
    # What `live` says, once: the function does not see it. The block finds the function's gems, and with Bundler
    # hides all others.
    def self.open_as_told
      told = ENV.delete("LIVE_INSPECT")
      paths = told && debugger_paths
      yield
      open(JSON.parse(told), paths) if told
    end

    def self.debugger_paths
      Gem::Specification.find_by_name("debug").full_require_paths
    rescue Gem::MissingSpecError
      []
    end

    def self.open(told, paths)
      load_debugger(paths)
      require "debug/server"
      DEBUGGER__::UI_TcpServer.prepend(StopsForEachDebugger)
      DEBUGGER__::Session.prepend(KnowsItsThread)
      skip_us
      let_go = told["wait"] && note_when_let_go
      port = free_port
      DEBUGGER__.open(host: "127.0.0.1", port: port, nonstop: true)
      warn "Debugger listening on 127.0.0.1:#{port}" # it says so itself, before it is ready to answer
      sleep 0.02 until let_go.call if let_go
    rescue LoadError => e
      warn "No debugger can look into this function: #{e.message}. Run `gem install debug`"
      warn "Debugger lets init go on" if told["wait"]
    end

    # Nobody steps into our files.
    def self.skip_us
      DEBUGGER__::CONFIG[:skip_path] = [*DEBUGGER__::CONFIG[:skip_path], /\A#{Regexp.escape(File.dirname(__dir__))}\//]
    end

    # The bundle's own, where it has one.
    def self.load_debugger(paths)
      require "debug/session"
    rescue LoadError
      $LOAD_PATH.push(*paths)
      require "debug/session"
    end

    # As `debug` 1.4 does, of Ruby 3.1. In 1.9, of Ruby 3.3, nothing stops, and the word to go on, which `live` has the
    # debugger say, is taken for the first breakpoint's.
    module StopsForEachDebugger
      def greeting = super.tap { @need_pause_at_first = true }
    end

    # Its thread begins with this, and on a busy machine before whoever has started it has noted which one it is: then it
    # takes itself for another's, and fails.
    module KnowsItsThread
      def setup_threads
        @session_server = Thread.current
        super
      end
    end

    # That stop is by a signal, whose handler returns once the debugger lets us go on.
    def self.note_when_let_go
      let_go = false
      noting = Module.new { define_method(:on_trap) { |signal| super(signal).tap { let_go = true } } }
      DEBUGGER__::ThreadClient.prepend(noting)
      -> { let_go }
    end

    def self.free_port
      require "socket"
      server = TCPServer.new("127.0.0.1", 0)
      server.addr[1]
    ensure
      server&.close
    end

    private_constant :StopsForEachDebugger, :KnowsItsThread
    private_class_method :debugger_paths, :open, :skip_us, :load_debugger, :free_port, :note_when_let_go
  end
end
