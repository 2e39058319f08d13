// The developer's app: where it is, what form it has, what it is called and which stage of it is meant.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "live/config.h"

namespace live {

struct App {
  enum class Form {
    main,  // lib/index.{ts,js} exporting main(app)
    cdk,   // cdk.json
  };
  std::filesystem::path folder;
  Form form = Form::main;
  std::filesystem::path main;  // for Form::main, absolute
  std::string name;            // live.json, else package.json, else the folder; letters, digits and hyphens
  Config config;               // its live.json

  std::filesystem::path state_folder() const { return folder / ".live"; }
  // Of what each function of a stage has loaded of its packages: src/runtime/preloaded.h.
  std::filesystem::path loaded_folder(const std::string& stage) const {
    return state_folder() / "loaded" / stage;
  }
  // For its functions' processes: not where its own folder is /tmp.
  bool wants_private_tmp() const { return config.private_tmp && folder != "/tmp"; }
};

// Looks into `folder` itself. Fault: neither lib/index nor cdk.json; a live.json that is not valid.
Result<App> find_app(const std::filesystem::path& folder);
// The app beside this file, which is its live.json whatever its name.
Result<App> find_app_of(const std::filesystem::path& config_file);

// The stage: what was asked for (flag, then live.json), else the remembered one, else `ask` (a prompt, or the
// user's name where there is no terminal). Remembers in the app's state folder what the prompt gave; what was
// asked for only where it is the developer's own choice to work on, not with a `live deploy --stage prod`.
struct StageChoice {
  std::string stage;
  bool remembered = false;
};
enum class Remember { answers, everything };
Result<StageChoice> choose_stage(const App& app, std::string_view asked, std::string_view user,
                                 const std::function<std::string(std::string_view suggestion)>& ask,
                                 Remember what = Remember::everything);

// Makes it: for its owner alone, since it comes to hold the stage's key, and never part of a repository.
Result<void> make_state_folder(const App& app);

}  // namespace live
