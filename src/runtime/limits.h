// Of time and memory: what ends a process on Lambda.
#pragma once

namespace live {

enum class Limits { enforced, lifted };

}  // namespace live
