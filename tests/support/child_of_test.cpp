#include "tests/support/child_of_test.h"

#include <QProcess>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace postern::test {

void endsWithTest(QProcess& process)
{
    process.setChildProcessModifier([test = ::getpid()] {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // The test was gone before the kernel was told.
        if (::getppid() != test)
            ::_exit(1);
    });
}

} // namespace postern::test
