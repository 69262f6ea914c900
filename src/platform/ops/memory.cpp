#include "platform/ops/memory.hpp"

#include <gperftools/malloc_extension_c.h>

#include <cstddef>

// Only the program itself is linked with tcmalloc; tests and sanitizers do without.
#pragma weak MallocExtension_GetNumericProperty
#pragma weak MallocExtension_ReleaseFreeMemory

namespace stoa {

namespace {
constexpr std::size_t kLeft = std::size_t{16} << 20;
}

void give_back_free_memory() {
    if (MallocExtension_ReleaseFreeMemory == nullptr) return;
    std::size_t free = 0;
    MallocExtension_GetNumericProperty("tcmalloc.pageheap_free_bytes", &free);
    if (free > kLeft) MallocExtension_ReleaseFreeMemory();
}

}  // namespace stoa
