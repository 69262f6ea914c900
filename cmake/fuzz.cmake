# Fuzzing (tests/fuzz). With libFuzzer, in the preset `fuzz`, a program for each target; everywhere, the kept inputs as an
# ordinary test.
file(GLOB FUZZ_TARGETS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/targets/*.cpp)
find_package(nlohmann_json REQUIRED)

target_sources(unit_tests PRIVATE ${FUZZ_TARGETS} tests/fuzz/corpus_test.cpp)
target_include_directories(unit_tests PRIVATE tests)
target_link_libraries(unit_tests PRIVATE nlohmann_json::nlohmann_json)
set_source_files_properties(tests/fuzz/corpus_test.cpp PROPERTIES COMPILE_DEFINITIONS
  "STOA_FUZZ_CORPUS=\"${CMAKE_SOURCE_DIR}/tests/fuzz/corpus\"")

if(STOA_SANITIZE MATCHES "fuzzer-no-link")
  # Clang 14 can't make code of coroutines with this one ("difference across sections").
  target_compile_options(stoa_options INTERFACE -fno-sanitize=function)
  add_custom_target(fuzz)
  foreach(SOURCE ${FUZZ_TARGETS})
    get_filename_component(NAME ${SOURCE} NAME_WE)
    add_executable(fuzz_${NAME} EXCLUDE_FROM_ALL ${SOURCE} tests/fuzz/main_libfuzzer.cpp)
    target_include_directories(fuzz_${NAME} PRIVATE tests)
    target_link_libraries(fuzz_${NAME} PRIVATE stoa_lib nlohmann_json::nlohmann_json)
    target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz fuzz_${NAME})
  endforeach()
endif()
