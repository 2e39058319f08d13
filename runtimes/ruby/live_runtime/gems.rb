module LiveRuntime
  # Where a function's gems are: in vendor/bundle, as Lambda has them, else as its Gemfile says.
  module Gems
    def find_gems(root)
      vendored = Dir.glob(File.join(root, "vendor", "bundle", "ruby", "*")).first
      return add_gems(vendored) if vendored

      gemfile = ENV.fetch("BUNDLE_GEMFILE", File.join(root, "Gemfile"))
      bundle(gemfile) if File.exist?(gemfile)
    end

    private

    def add_gems(folder)
      Gem.paths = { "GEM_HOME" => Gem.dir, "GEM_PATH" => [folder, *Gem.path].join(":") }
    end

    def bundle(gemfile)
      ENV["BUNDLE_GEMFILE"] = gemfile
      require "bundler"
      Bundler.setup
    rescue LoadError
      raise LoadError, "#{gemfile} needs Bundler: run `gem install bundler`"
    rescue Bundler::BundlerError => e
      raise LoadError, "the gems of #{gemfile} are not all there: run `bundle install` beside it (#{e.message})"
    end
  end
end
