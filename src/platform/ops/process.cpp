#include "platform/ops/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

/// See proc(5).
namespace stoa {

namespace {

double cpu_seconds() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

/// The nth number of /proc/self/statm, from 0, in bytes.
double memory(int nth) {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    for (int i = 0; i <= nth; ++i) file >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// The nth field of /proc/self/stat, from 1, of those after the name (which may have spaces in it).
double field_of_stat(int nth) {
    std::ifstream file("/proc/self/stat");
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    std::istringstream rest(all.substr(all.rfind(')') + 1));
    std::string field;
    for (int i = 2; i < nth; ++i) rest >> field;
    return std::strtod(field.c_str(), nullptr);
}

/// When this was first asked, which is soon after the start; /proc/stat, which would tell the boot's, may be hidden.
double start_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

double open_files() {
    std::error_code ignored;
    const std::filesystem::directory_iterator files("/proc/self/fd", ignored);
    return static_cast<double>(std::distance(begin(files), end(files))) - 1;  // this one
}

double most_files() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void add_process_metrics(Metrics& metrics) {
    metrics.add("process_cpu_seconds_total", "Time of all cores spent, user and system.", {},
                cpu_seconds);
    metrics.add("process_resident_memory_bytes", "Memory in use.", {}, [] { return memory(1); });
    metrics.add("process_virtual_memory_bytes", "Address space in use.", {},
                [] { return memory(0); });
    metrics.add("process_open_fds", "File descriptors open, each connection is one.", {},
                open_files);
    metrics.add("process_max_fds", "File descriptors that may be open.", {}, most_files);
    metrics.add("process_threads", "Threads.", {}, [] {
        constexpr int field = 20;
        return field_of_stat(field);
    });
    metrics.add("process_start_time_seconds", "When it was started, since 1970.", {},
                [started = start_time()] { return started; });
}

}  // namespace stoa
