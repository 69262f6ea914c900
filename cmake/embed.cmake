# Writes OUT: a C++ file that holds FILES, named by their path below ROOT.
set(ENTRIES "")
foreach(FILE ${FILES})
  file(READ ${FILE} CONTENT)
  file(RELATIVE_PATH NAME ${ROOT} ${FILE})
  # A literal may be at most 64 KiB by the standard; compilers here take more.
  string(APPEND ENTRIES "    {\"${NAME}\", R\"EMBED(${CONTENT})EMBED\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"platform/embedded.hpp\"

#include <array>

namespace stoa {

namespace {
constexpr auto kFiles = std::to_array<EmbeddedFile>({
${ENTRIES}});
}  // namespace

std::span<const EmbeddedFile> embedded_files() { return kFiles; }

}  // namespace stoa
")
