#include "gateway/telemetry/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace postern {

namespace {

/// The fields of /proc/self/stat from the third on: the second is the program's name in parentheses, which
/// may hold anything.
std::vector<std::string> statFields()
{
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    const auto nameEnd = line.rfind(')');
    if (nameEnd == std::string::npos)
        return {};
    std::istringstream rest(line.substr(nameEnd + 1));
    std::vector<std::string> fields;
    for (std::string field; rest >> field;)
        fields.push_back(field);
    return fields;
}

std::optional<double> bootTime()
{
    std::ifstream file("/proc/stat");
    for (std::string key; file >> key;) {
        double value = 0;
        if (key == "btime" && file >> value)
            return value;
        file.ignore(65536, '\n');
    }
    return std::nullopt;
}

std::optional<std::uint64_t> countDescriptors()
{
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), closedir);
    if (!directory)
        return std::nullopt;
    std::uint64_t entries = 0;
    while (const dirent* entry = readdir(directory.get()))
        entries += entry->d_name[0] != '.';
    return entries - 1; // the one of this very look
}

double ticksToSeconds(const std::string& ticks)
{
    return std::stod(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

ProcessMetrics ProcessMetrics::read()
{
    // Positions in proc(5), less the two fields that statFields() leaves out and one for counting from zero.
    constexpr std::size_t threads = 17, startTime = 19, virtualBytes = 20, residentPages = 21;

    ProcessMetrics metrics;
    const std::vector<std::string> fields = statFields();
    if (fields.size() > residentPages) {
        metrics.threads = std::stoull(fields[threads]);
        metrics.virtualBytes = std::stoull(fields[virtualBytes]);
        metrics.residentBytes =
            std::stoull(fields[residentPages]) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        if (const auto boot = bootTime())
            metrics.startTimeSeconds = *boot + ticksToSeconds(fields[startTime]);
    }
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        metrics.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    metrics.openDescriptors = countDescriptors();
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metrics.maxDescriptors = limit.rlim_cur;
    return metrics;
}

} // namespace postern
