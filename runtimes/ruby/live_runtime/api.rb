require "socket"

module LiveRuntime
  # The Lambda Runtime API over one kept socket. Nothing that a handler does to Net::HTTP (patching, mocking,
  # tracing) reaches it.
  class RuntimeApi
    VERSION = "/2018-06-01/runtime"
    Gone = Class.new(StandardError) # who serves us is not there any more
    Answer = Struct.new(:status, :headers, :body)

    def initialize(address)
      authority, slash, path = address.partition("/")
      host, _, port = authority.rpartition(":")
      @prefix = slash + path + VERSION
      @authority = authority
      @pid = Process.pid
      @socket = TCPSocket.new(host, port.to_i)
      @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    end

    # The next invocation. Waits as long as it takes.
    def next
      exchange("GET", "/invocation/next")
    end

    def respond(request_id, body, content_type)
      exchange("POST", "/invocation/#{request_id}/response", body, "Content-Type" => content_type)
    end

    def fail(request_id, type, error)
      exchange("POST", "/invocation/#{request_id}/error", error, of_error(type))
    end

    def init_error(type, error)
      exchange("POST", "/init/error", error, of_error(type))
    end

    private

    def of_error(type)
      { "Content-Type" => "application/json", "Lambda-Runtime-Function-Error-Type" => type }
    end

    def exchange(method, path, body = nil, headers = {})
      raise Gone, "a child process of the function" unless Process.pid == @pid # fork in a handler

      headers["Content-Length"] = body.bytesize if body
      lines = headers.map { |name, value| "#{name}: #{value}\r\n" }.join
      head = "#{method} #{@prefix}#{path} HTTP/1.1\r\nHost: #{@authority}\r\n#{lines}\r\n"
      @socket.write(body ? head.b + body.b : head)
      answer
    rescue SystemCallError, IOError => e
      raise Gone, e.message
    end

    def answer
      status = line.split(" ")[1].to_i
      headers = {}
      until (one = line).empty?
        name, _, value = one.partition(":")
        headers[name.downcase] = value.strip
      end
      Answer.new(status, headers, @socket.read(headers["content-length"].to_i))
    end

    def line
      (@socket.gets("\r\n") or raise Gone, "the Runtime API has closed the connection").chomp("\r\n")
    end
  end
end
