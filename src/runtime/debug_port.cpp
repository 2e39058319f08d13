#include "runtime/debug_port.h"

#include "runtime/dap.h"
#include "runtime/debug_port_kinds.h"
#include "runtime/debugging.h"
#include "runtime/delve.h"
#include "runtime/jdwp.h"

namespace live {

namespace {

class OneTarget final : public DebugPort::Target {
 public:
  OneTarget(DebugBoard& board, DebugBoard::DebuggedPtr process, std::string url)
      : board_(board.shared_from_this()), process_(std::move(process)), url_(std::move(url)) {}
  ~OneTarget() override { board_->remove(process_); }
  std::string url() const override { return url_; }
  bool is_spent() const override { return process_->left; }
  std::string title() const override { return board_->title(); }
  bool is_awaited() const override { return process_->awaited; }
  bool has_to_wait() const override { return process_->has_to_wait; }
  void listens_at(const std::string& where) override {
    if (process_->where) return;
    process_->where = where;
    process_->found.cancel();
  }
  void goes_on() override { process_->go_on(); }
  void has_loaded() override { board_->settle(process_); }
  void waits_to_be_left() override { board_->remove(process_); }

 private:
  std::shared_ptr<DebugBoard> board_;
  DebugBoard::DebuggedPtr process_;
  std::string url_;
};

}  // namespace

std::unique_ptr<DebugPort::Target> target_on(DebugBoard& board, DebugBoard::DebuggedPtr process,
                                             std::string url) {
  return std::make_unique<OneTarget>(board, std::move(process), std::move(url));
}

Result<std::unique_ptr<DebugPort>> DebugPort::listen(Executor executor, Ids& ids, uint16_t port,
                                                     Options options) {
  switch (options.debugging->speaks) {
    case Speaks::inspector:
      return listen_for_inspectors(executor, ids, port, std::move(options));
    case Speaks::dap:
      return listen_for_connections(executor, port, dap_protocol(), std::move(options));
    case Speaks::rdbg:
      return listen_for_connections(executor, port, rdbg_protocol(), std::move(options));
    case Speaks::delve:
      return listen_for_connections(executor, port, delve_protocol(), std::move(options));
    case Speaks::jdwp:
      return listen_for_connections(executor, port, jdwp_protocol(), std::move(options));
  }
  return fault("no debugger speaks so");
}

}  // namespace live
