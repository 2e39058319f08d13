#include "runtime/emulator.h"

#include <elf.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "runtime/launchers.h"

namespace live {
namespace {

namespace fs = std::filesystem;

#if defined(__x86_64__)
constexpr uint16_t kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kThisMachine = EM_AARCH64;
#endif

// Empty: not an ELF program; a script, say.
std::optional<uint16_t> machine_of(const fs::path& executable) {
  Elf64_Ehdr head{};  // the fields up to the machine are the same in 32 bits
  std::ifstream file(executable, std::ios::binary);
  file.read(reinterpret_cast<char*>(&head), sizeof head);
  if (file.gcount() < ptrdiff_t(sizeof head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
    return std::nullopt;
  return head.e_machine;
}

std::string_view name_of(uint16_t machine) {
  if (machine == EM_AARCH64) return "aarch64";
  if (machine == EM_X86_64) return "x86_64";
  return "";
}

}  // namespace

Result<std::string> emulator_for(const fs::path& executable, std::string_view path) {
  auto const machine = machine_of(executable);
  if (!machine || *machine == kThisMachine) return std::string();
  auto const name = name_of(*machine);
  if (name.empty())
    return fault(fmt::format("{} is built for a processor that Lambda does not have", executable.string()));
  for (auto const* form : {"qemu-{}-static", "qemu-{}"})
    if (auto found = on_path(fmt::format(fmt::runtime(form), name), path); !found.empty()) return found;
  return fault(
      Fault::Kind::not_found,
      fmt::format("{} is built for {}, which this machine is not: install qemu-user-static to run it",
                  executable.string(), name));
}

}  // namespace live
