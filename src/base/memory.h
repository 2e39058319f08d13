// Memory that is free in this process, given back to the system: the allocator keeps what a burst needed.
#pragma once

namespace live {

void give_back_memory();  // takes up to a millisecond

}  // namespace live
