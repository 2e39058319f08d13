// What start, deploy and remove have in common: which app, which stage, which account, with which keys.
#pragma once

#include <memory>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "live/host.h"
#include "live/planner.h"
#include "live/target.h"
#include "live/terminal.h"

namespace CLI {
class App;
}

namespace live::cli {

struct CommonOptions {
  std::string stage, region, profile, role_arn;
  bool local = false;  // on the embedded AWS
  bool verbose = false, no_color = false, yes = false;
  Remember stage_kept = Remember::answers;
};
void add_common(CLI::App& command, CommonOptions& options);

// The app on disk and its stage; starts the embedded AWS with --local. Asks where a terminal is there.
struct Prepared {
  Target target;  // its account is still empty
  Environment host_environment;
};
Result<Prepared> prepare(const CommonOptions& options, Terminal& terminal);

// Region, endpoint and identity: as the options say, else the app's live.json, else the environment.
void aim_at_account(Target& target, const CommonOptions& options);

std::unique_ptr<Terminal> make_terminal(const CommonOptions& options);
std::filesystem::path host_folder();
Planner::Stubs stubs();
enum class Enter { means_yes, means_no };
bool has_terminal();
// Yes or no; no without a terminal, yes with --yes.
bool ask(const CommonOptions& options, const std::string& question, Enter enter = Enter::means_yes);
std::string user_name();
std::string who();  // "jane@laptop"

}  // namespace live::cli
