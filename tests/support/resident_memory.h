#pragma once

#include <QFile>

#include <unistd.h>

#include <cstdint>

namespace postern::test {

/// Whether memory that is given back leaves the process: the sanitizers keep it for a while, to tell who uses
/// it still, so that a bound on growth says nothing there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kFreedMemoryGoes = false;
#else
inline constexpr bool kFreedMemoryGoes = true;
#endif

/// Bytes of memory that \a pid has in use; 0 where it is gone.
inline std::uint64_t residentBytes(qint64 pid = ::getpid())
{
    QFile file(QStringLiteral("/proc/%1/statm").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toULongLong() *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace postern::test
