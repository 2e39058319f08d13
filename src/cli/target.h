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
  std::string config;  // another live.json
  bool local = false;  // on the embedded AWS
  int port = 0;        // of the embedded AWS when it is started; 0: the usual one
  bool verbose = false, quiet = false, no_color = false, json = false, yes = false;
  Remember stage_kept = Remember::answers;
};
void add_common(CLI::App& command, CommonOptions& options);
// Those of them that say how a command speaks, for one that needs no stage.
void add_output_options(CLI::App& command, CommonOptions& options);

// The app on disk and its stage; starts the embedded AWS with --local. Asks where a terminal is there.
struct Prepared {
  Target target;  // its account is still empty
  Environment host_environment;
};
Result<Prepared> prepare(const CommonOptions& options, Terminal& terminal);
// The part of it that needs no app: where, and as whom.
Result<void> aim(const CommonOptions& options, Prepared& prepared, Terminal& terminal);
bool is_free(int port);  // of loopback

// Region, endpoint and identity: as the options say, else the app's live.json, else the environment.
void aim_at_account(Target& target, const CommonOptions& options);
// Fault: live.json says that the stage belongs to another account. The embedded AWS of --local is nobody's.
Result<void> check_account(const CommonOptions& options, const Target& target);

enum class Messages {
  on_standard_output,
  on_standard_error,  // standard output is for what the command is asked for; with --json both go there
};
std::unique_ptr<Terminal> make_terminal(const CommonOptions& options,
                                        Messages messages = Messages::on_standard_output);
std::filesystem::path host_folder();
Planner::Stubs stubs();

// Whether a person can be asked: a terminal is there, and not --json.
bool can_ask(const CommonOptions& options);
enum class Enter { means_yes, means_no };
// Yes or no; no where nobody can be asked, yes with --yes.
bool ask(const CommonOptions& options, const std::string& question, Enter enter = Enter::means_yes);
// One line. Ctrl-C ends the process with 130, as elsewhere.
std::string read_answer(const std::string& question);
std::string user_name();
std::string who();  // "jane@laptop"

}  // namespace live::cli
