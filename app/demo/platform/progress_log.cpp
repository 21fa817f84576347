#include "app/demo/platform/progress_log.h"

#include <cstdio>

namespace postern::demo {

void ProgressLog::say(const QString& what) const
{
    std::printf("%6.1f s  %s\n", seconds(), qUtf8Printable(what));
    std::fflush(stdout);
}

} // namespace postern::demo
