#pragma once

#include <QString>

#include <functional>

namespace postern {

/// Something an operator wants to read about an upstream.
struct UpstreamNotice
{
    enum class Kind : unsigned char {
        EndpointsChanged, ///< detail: how many there are now
        LookupFailed,     ///< detail: why
        LookupWorks,      ///< again
        EndpointUnwell,   ///< detail: which, and why
        EndpointWell      ///< again; detail: which
    };
    Kind kind;
    QString upstream;
    QString detail;
};

/// Where a supervisor's findings go, on its thread.
struct UpstreamNotices
{
    std::function<void()> changed; ///< workers are to refresh() their pools
    std::function<void(const UpstreamNotice&)> told;
};

} // namespace postern
