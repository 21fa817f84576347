#include "gateway/event/file_descriptor.h"

#include <unistd.h>

namespace postern {

void FileDescriptor::reset(int fd)
{
    // Linux frees the descriptor even when close reports EINTR: a second try could close a stranger's.
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = fd;
}

} // namespace postern
