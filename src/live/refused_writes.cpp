#include "live/refused_writes.h"

#include "runtime/language.h"

namespace live {
namespace {

// strerror(EROFS), which all languages use, but Go without its capital.
constexpr std::string_view kRefusal = "ead-only file system";

}  // namespace

Mount::Access task_root_access(const LocalFunction& function) {
  switch (language_of(function.runtime)) {
    case Language::node:
    case Language::python:
    case Language::ruby:
      return Mount::Access::as_it_is;
    default:
      return Mount::Access::read_only;
  }
}

void RefusedWrites::look_at(const LocalFunction& function, std::string_view request_id,
                            std::string_view text) {
  if (task_root_access(function) != Mount::Access::read_only || text.find(kRefusal) == text.npos) return;
  if (!told_.insert(function.name).second) return;
  observer_.note(request_id,
                 "a write was refused: the code's folder is read-only (EROFS), here as on AWS; use /tmp, or "
                 "privateTmp: false in live.json");
}

}  // namespace live
