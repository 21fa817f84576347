#include "gateway/server/processors.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace postern {

namespace {

std::size_t affinity()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return std::max(1U, std::thread::hardware_concurrency());
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

/// The quota in processors; \a otherwise where there is none. In a container the own group is mounted as the
/// root.
std::size_t quota(std::size_t otherwise)
{
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string microseconds;
    double period = 0;
    if (!(file >> microseconds >> period) || microseconds == "max" || period <= 0)
        return otherwise;
    const double allowed = std::strtod(microseconds.c_str(), nullptr);
    return static_cast<std::size_t>(std::max(1.0, std::ceil(allowed / period)));
}

} // namespace

std::size_t usableProcessors()
{
    const std::size_t allowed = affinity();
    return std::min(allowed, quota(allowed));
}

} // namespace postern
