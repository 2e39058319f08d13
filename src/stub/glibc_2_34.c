// What Amazon Linux 2023's glibc (2.34) lacks of what the static libraries of a newer system ask for. Linked
// into the package alone: these definitions come before the system's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

struct search {
  uintptr_t pc;
  struct dl_find_object* found;
};

static int look(struct dl_phdr_info* object, size_t size, void* data) {
  struct search* const search = data;
  uintptr_t start = UINTPTR_MAX, end = 0;
  void* eh_frame = NULL;
  int contains = 0;
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)* const header = &object->dlpi_phdr[i];
    const uintptr_t from = object->dlpi_addr + header->p_vaddr, to = from + header->p_memsz;
    if (header->p_type == PT_GNU_EH_FRAME) eh_frame = (void*)from;
    if (header->p_type != PT_LOAD) continue;
    if (search->pc >= from && search->pc < to) contains = 1;
    if (from < start) start = from;
    if (to > end) end = to;
  }
  if (!contains || !eh_frame) return 0;
  search->found->dlfo_flags = 0;
  search->found->dlfo_map_start = (void*)start;
  search->found->dlfo_map_end = (void*)end;
  search->found->dlfo_link_map = NULL;
  search->found->dlfo_eh_frame = eh_frame;
  return 1;
}

// glibc 2.35: where libgcc's unwinder finds the frames of a program counter.
__attribute__((visibility("hidden"))) int _dl_find_object(void* pc, struct dl_find_object* found) {
  struct search search = {(uintptr_t)pc, found};
  return dl_iterate_phdr(look, &search) ? 0 : -1;
}

// glibc 2.36: std::random_device's source.
__attribute__((visibility("hidden"))) uint32_t arc4random(void) {
  uint32_t number;
  if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) abort();
  return number;
}
