require "json"
require "socket"

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
      port = free_port
      DEBUGGER__.open(host: "127.0.0.1", port: port, nonstop: true)
      warn "Debugger listening on 127.0.0.1:#{port}" # it says so itself, before it is ready to answer
      wait_for_debugger if told["wait"]
    rescue LoadError => e
      warn "No debugger can look into this function: #{e.message}. Run `gem install debug`"
      warn "Debugger lets init go on" if told["wait"]
    end

    # The bundle's own, where it has one.
    def self.load_debugger(paths)
      require "debug/session"
    rescue LoadError
      $LOAD_PATH.push(*paths)
      require "debug/session"
    end

    # Each debugger that connects stops us, here, until it is configured.
    def self.wait_for_debugger
      ui = DEBUGGER__::SESSION.instance_variable_get(:@ui)
      sleep 0.02 until ui.instance_variable_get(:@q_msg) # has greeted one, and is about to stop us
      sleep 0.5
    end

    def self.free_port
      server = TCPServer.new("127.0.0.1", 0)
      server.addr[1]
    ensure
      server&.close
    end

    private_class_method :debugger_paths, :open, :load_debugger, :free_port, :wait_for_debugger
  end
end
