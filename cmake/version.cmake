# Writes version.hpp (VERSION, the commit of SOURCE) to OUT, touching it only when it changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT COMMIT)
  set(COMMIT "unknown")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[#pragma once

namespace stoa {

inline constexpr const char* kVersion = "@VERSION@";
inline constexpr const char* kCommit = "@COMMIT@";

}  // namespace stoa
]] @ONLY)
