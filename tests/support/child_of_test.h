#pragma once

class QProcess;

namespace postern::test {

/// To be called before it starts: the kernel kills the process when the test ends in whatever way, a crash or
/// CTest's timeout included. The process must be started by the test's main thread.
void endsWithTest(QProcess& process);

} // namespace postern::test
