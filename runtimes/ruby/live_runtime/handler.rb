require "json"
require "stringio"
require_relative "debug"
require_relative "gems"

module LiveRuntime
  # "file.method" or "file.Class.method", called with `event:` and `context:`.
  class Handler
    FORM = "must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with an existing " \
           "Ruby source file FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a callable " \
           "method. If using CLASS, METHOD must be a class-level method."

    def initialize(name, root)
      file, *owner, @method = name.split(".")
      raise ArgumentError, "Invalid handler #{name}, #{FORM}" if @method.nil? || owner.size > 1

      @owner = owner.first
      $LOAD_PATH.unshift(root)
      Debug.open_as_told { find_gems(root) }
      require file
    end

    # The bytes of the answer, and their type.
    def call(event, context)
      result = receiver.send(@method, event: event, context: context)
      return [result.read, "application/unknown"] if result.is_a?(StringIO) || result.is_a?(IO)

      [JSON.generate(result), "application/json"]
    end

    private

    def receiver
      @owner ? Kernel.const_get(@owner) : TOPLEVEL_BINDING.receiver
    end

    include Gems
  end
end
