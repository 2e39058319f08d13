#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

#include "watch/folder_events.h"

namespace live {

namespace {

using Event = FolderEvents::Event;
using asio::posix::stream_descriptor;

constexpr uint32_t names_mask =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr uint32_t contents_mask = names_mask | IN_CLOSE_WRITE;

std::optional<Event::Kind> kind_of(uint32_t mask) {
  if (mask & IN_Q_OVERFLOW) return Event::Kind::lost;
  if (mask & IN_IGNORED) return Event::Kind::forgotten;
  if (mask & (IN_DELETE_SELF | IN_MOVE_SELF)) return Event::Kind::moved;
  if (mask & IN_CREATE) return Event::Kind::created;
  if (mask & IN_MOVED_TO) return Event::Kind::arrived;
  if (mask & (IN_DELETE | IN_MOVED_FROM)) return Event::Kind::vanished;
  if (mask & IN_CLOSE_WRITE) return Event::Kind::written;
  return std::nullopt;
}

// Shared with the pending wait, which may outlive the owner for a moment.
struct Queue : std::enable_shared_from_this<Queue> {
  Queue(Executor executor, int number, std::function<void(Event)> on_event)
      : descriptor(executor, number), on_event(std::move(on_event)) {}

  void follow() {
    descriptor.async_wait(stream_descriptor::wait_read,
                          [self = shared_from_this()](boost::system::error_code error) {
                            if (error || self->closed) return;
                            self->read_all();
                            if (!self->closed) self->follow();
                          });
  }

  void read_all() {
    alignas(inotify_event) char buffer[64 * 1024];
    while (!closed) {
      ssize_t count = ::read(descriptor.native_handle(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;
      for (char* at = buffer; at < buffer + count && !closed;) {
        auto* raw = reinterpret_cast<inotify_event*>(at);
        at += sizeof(inotify_event) + raw->len;
        if (auto kind = kind_of(raw->mask))
          on_event({.folder = raw->wd,
                    .kind = *kind,
                    .is_folder = (raw->mask & IN_ISDIR) != 0,
                    .name = raw->len > 0 ? std::string(raw->name) : std::string()});
      }
    }
  }

  stream_descriptor descriptor;
  std::function<void(Event)> on_event;
  bool closed = false;
};

class Inotify final : public FolderEvents {
 public:
  explicit Inotify(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}
  ~Inotify() override {
    queue_->closed = true;
    queue_->descriptor.close();
  }

  Result<int> watch(const std::filesystem::path& folder, Depth depth) override {
    int number = ::inotify_add_watch(queue_->descriptor.native_handle(), folder.c_str(),
                                     depth == Depth::names ? names_mask : contents_mask);
    if (number >= 0) return number;
    if (errno == ENOSPC)
      return fault(Fault::Kind::refused,
                   fmt::format("watching {}: too many folders; raise fs.inotify.max_user_watches with sysctl",
                               folder.string()));
    return fault(Fault::Kind::not_found,
                 fmt::format("watching {}: {}", folder.string(), std::strerror(errno)));
  }

  void forget(int folder) override { ::inotify_rm_watch(queue_->descriptor.native_handle(), folder); }

 private:
  std::shared_ptr<Queue> queue_;
};

}  // namespace

Result<std::unique_ptr<FolderEvents>> FolderEvents::create(Executor executor,
                                                           std::function<void(Event)> on_event) {
  int number = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (number < 0)
    return fault(fmt::format("watching files: {}; raise fs.inotify.max_user_instances with sysctl",
                             std::strerror(errno)));
  auto queue = std::make_shared<Queue>(executor, number, std::move(on_event));
  queue->follow();
  return std::make_unique<Inotify>(std::move(queue));
}

}  // namespace live
