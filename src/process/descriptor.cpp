#include "process/descriptor.h"

#include <unistd.h>

namespace live {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

}  // namespace live
