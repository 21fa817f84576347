#pragma once

#include <QtGlobal>

namespace postern::test {

/// A free port of 127.0.0.1 that stays ours for the object's life. Nobody listens on it, so that connections
/// are refused, until a program of ours does: it has to set SO_REUSEADDR (Go, nginx and our own listeners do)
/// and may come and go. The kernel gives a held port neither to a listener on port 0 nor to an outgoing
/// connection, so tests that run beside this one never take it, as they can take a port that was merely found
/// free.
class HeldPort
{
public:
    HeldPort();
    ~HeldPort();
    Q_DISABLE_COPY_MOVE(HeldPort)

    [[nodiscard]] quint16 number() const { return m_number; }

private:
    int m_socket = -1;
    quint16 m_number = 0;
};

} // namespace postern::test
