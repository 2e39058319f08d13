module LiveRuntime
  # The task root is read-only on Lambda. Here a write there succeeds, so it is told by lines of output that `live` takes
  # for itself (src/runtime/worker.cpp): before it happens, and then in which state the function has left the file.
  module TaskRoot
    WROTE = "\u0001live wrote ".freeze
    LEFT = "\u0001live left ".freeze
    FLAGS = File::WRONLY | File::RDWR | File::CREAT

    class << self
      def tell_writes_to(root)
        @inside = File.join(root, "")
        @unsettled = {}
        File.prepend(Opened)
        { IO => ByIO, File => ByFile, Dir => ByDir }.each { |type, changes| type.singleton_class.prepend(changes) }
      end

      def tell(*files)
        files.each do |file|
          path = path_of(file) or next
          STDERR.syswrite("#{WROTE}#{path}\n")
          @unsettled[path] = true
        end
      rescue StandardError
        nil # it is the call that fails then
      end

      def tell_opened(file, mode = nil, asked)
        tell(file) if writes?(mode || asked[:mode] || "r") || writes?(asked.fetch(:flags, 0))
      end

      def tell_what_was_left
        @unsettled.each_key { |path| STDERR.syswrite("#{LEFT}#{state_of(path)} #{path}\n") }
        @unsettled.clear
      rescue SystemCallError, IOError
        nil # they count as saves
      end

      # A stack is the function's own.
      def own_frames(backtrace)
        backtrace&.reject { |frame| frame.start_with?(__FILE__) }
      end

      # As itself, in the function's eyes.
      def unseen
        yield
      rescue SystemCallError => e
        e.set_backtrace(own_frames(e.backtrace))
        raise
      end

      private

      def writes?(mode)
        mode.is_a?(Integer) ? mode & FLAGS != 0 : mode.to_s.match?(/[wa+]/)
      end

      def path_of(file)
        return if file.is_a?(IO) || !(file.is_a?(String) || file.respond_to?(:to_path))

        path = File.expand_path(file)
        path if path.start_with?(@inside)
      end

      # As src/live/handler_writes.cpp names it.
      def state_of(path)
        found = File.stat(path)
        return found.ino if found.directory?

        "#{found.ino}:#{found.mtime.to_i * 1_000_000_000 + found.mtime.nsec}:#{found.size}"
      rescue Errno::ENOENT
        "gone"
      end
    end

    module Opened
      def initialize(*args, **asked)
        TaskRoot.tell_opened(*args.first(2), asked)
        TaskRoot.unseen { super(*args, **asked) }
      end
    end

    # Which of a call's arguments it changes.
    def self.changes(by)
      Module.new do
        by.each do |name, changed|
          define_method(name) do |*args, **asked, &block|
            TaskRoot.tell(*changed.call(args))
            TaskRoot.unseen { super(*args, **asked, &block) }
          end
        end
      end
    end

    first = ->(args) { args.first(1) }
    second = ->(args) { args[1, 1] }
    all = :itself.to_proc
    ByIO = changes(write: first, binwrite: first, copy_stream: second)
    ByFile = changes(delete: all, unlink: all, rename: second, truncate: first)
    ByDir = changes(mkdir: first, rmdir: first, delete: first, unlink: first)
    private_constant :Opened, :ByIO, :ByFile, :ByDir
  end
end
