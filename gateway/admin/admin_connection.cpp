#include "gateway/admin/admin_connection.h"

#include "gateway/admin/admin_response.h"
#include "gateway/admin/admin_source.h"

#include <QTcpSocket>

#include <unistd.h>

namespace postern {

AdminConnection::AdminConnection(int descriptor, const AdminSource& source, const AdminLimits& limits,
                                 QObject* parent)
    : QObject(parent), m_source(source), m_limits(limits), m_socket(new QTcpSocket(this)), m_deadline(this)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, &AdminConnection::abort);
    connect(m_socket, &QTcpSocket::readyRead, this, &AdminConnection::read);
    connect(m_socket, &QTcpSocket::bytesWritten, this, &AdminConnection::written);
    connect(m_socket, &QTcpSocket::disconnected, this, [this] { Q_EMIT closed(this); });
    // So that a flood waits in the kernel, where it has a bound.
    m_socket->setReadBufferSize(static_cast<qint64>(m_limits.head.headerBytes));
    if (!m_socket->setSocketDescriptor(descriptor))
        ::close(descriptor);
    m_deadline.start(m_limits.idleTime);
}

void AdminConnection::endSoon()
{
    m_last = true;
    if (!m_received.empty() || m_socket->bytesToWrite() > 0 || m_socket->bytesAvailable() > 0)
        return;
    // A client that was let in a moment ago has its request under way.
    m_deadline.start(m_limits.lastTime);
}

void AdminConnection::abort()
{
    m_socket->abort(); // emits disconnected() where there was a connection
    if (m_socket->state() == QAbstractSocket::UnconnectedState)
        Q_EMIT closed(this);
}

void AdminConnection::read()
{
    m_lastActive = std::chrono::steady_clock::now();
    if (m_closing) {
        m_socket->readAll(); // so that the close is an orderly one, and our answer arrives
        return;
    }
    serve();
}

void AdminConnection::written()
{
    if (m_socket->bytesToWrite() > 0)
        return;
    m_lastActive = std::chrono::steady_clock::now();
    if (m_closing || (m_last && m_received.empty())) {
        m_closing = true;
        m_socket->disconnectFromHost();
        return;
    }
    m_deadline.start(m_received.empty() ? m_limits.idleTime : m_limits.headTime);
    serve();
}

void AdminConnection::serve()
{
    if (m_socket->bytesToWrite() > 0)
        return;
    const bool begins = m_received.empty();
    m_received += m_socket->readAll().toStdString();
    if (m_received.empty())
        return;
    if (begins)
        m_deadline.start(m_limits.headTime);
    const ParseResult result = m_parser.parse(m_received, m_limits.head, m_arena, m_head);
    if (result.state == ParseResult::State::NeedMore)
        return;
    if (result.state == ParseResult::State::Refused) {
        send(renderAdmin(refuseAdmin(result.refusal), true, false), false);
        return;
    }
    answer();
    m_received.erase(0, result.consumed);
    m_parser.reset();
    m_arena.reset();
}

void AdminConnection::answer()
{
    const AdminResponse response = answerAdmin(m_head, m_source);
    // Nothing here has a body to read: what would follow one can not be told from it.
    const bool keepAlive = m_head.keepAlive && !m_head.hasBody() && !m_last;
    send(renderAdmin(response, m_head.method != Method::Head, keepAlive), keepAlive);
}

void AdminConnection::send(const std::string& message, bool keepAlive)
{
    m_closing = !keepAlive;
    m_deadline.start(m_limits.writeTime);
    m_socket->write(message.data(), static_cast<qint64>(message.size()));
}

} // namespace postern
