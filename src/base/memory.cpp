#include "base/memory.h"

#include <cstdlib>  // says which library it is

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace live {

void give_back_memory() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace live
