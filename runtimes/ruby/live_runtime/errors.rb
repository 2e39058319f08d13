module LiveRuntime
  OURS = File.join(__dir__, "")
  MOST_FRAMES = 100
  # Others are the function's own, and not named to the platform.
  NAMED = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze

  # The shape in which an error travels. `phase`: "Init" or "Function".
  def self.envelope(error, phase)
    frames = TaskRoot.own_frames(error.backtrace || []).take_while { |frame| !frame.start_with?(OURS) }
    {
      errorMessage: readable(error.message),
      errorType: "#{phase}<#{error.class}>",
      stackTrace: frames.first(MOST_FRAMES).map { |frame| readable(frame) }
    }
  end

  def self.reported_type(error, phase)
    NAMED.include?(error.class.to_s) ? "#{phase}<#{error.class}>" : "Function<UserException>"
  end

  def self.readable(text)
    text.to_s.encode("UTF-8", invalid: :replace, undef: :replace).scrub("?")
  end
end
