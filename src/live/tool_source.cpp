#include "live/tool_source.h"

namespace live {

ToolSource tool_source(const LocalFunction& function) {
  return {.function = function.construct_path,
          .logical_id = function.logical_id,
          .runtime = function.runtime,
          .handler = function.handler,
          .path = function.path,
          .options = function.build_options,
          .is_debugged = function.debug_port != 0,
          .is_attached_by_process = function.is_attached_by_process};
}

}  // namespace live
