#include "app/demo/traffic/client_connection.h"

namespace postern::demo {

namespace {

constexpr std::chrono::seconds kPatience{10};

} // namespace

ClientConnection::ClientConnection(const QString& host, quint16 port, QObject* parent)
    : QObject(parent), m_host(host), m_port(port)
{
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_socket.abort();
        end(0);
    });
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket.write(m_request);
    });
    connect(&m_socket, &QTcpSocket::readyRead, this, &ClientConnection::readResponse);
    connect(&m_socket, &QTcpSocket::disconnected, this, [this] { end(0); });
    connect(&m_socket, &QTcpSocket::errorOccurred, this, [this] {
        m_socket.abort();
        end(0);
    });
}

void ClientConnection::send(const QByteArray& request, const ClientPool::Done& done)
{
    // First: an old connection's end must not end the new request.
    if (m_socket.state() != QAbstractSocket::ConnectedState)
        m_socket.abort();
    m_done = done;
    m_request = request;
    m_buffer.clear();
    m_reader.reset();
    m_patience.start(kPatience);
    if (m_socket.state() == QAbstractSocket::ConnectedState)
        m_socket.write(m_request);
    else
        m_socket.connectToHost(m_host, m_port);
}

void ClientConnection::readResponse()
{
    m_buffer += m_socket.readAll();
    if (!m_done)
        return;
    const MessageReader::State state = m_reader.read(m_buffer);
    if (state == MessageReader::State::NeedMore)
        return;
    const bool closing = state == MessageReader::State::Broken || m_reader.closes();
    const int status = state == MessageReader::State::Broken ? 0 : m_reader.word(1).toInt();
    // With the callback taken, the disconnection that follows ends nothing a second time.
    const ClientPool::Done done = std::exchange(m_done, {});
    if (closing)
        m_socket.abort();
    m_patience.stop();
    done(status);
}

void ClientConnection::end(int status)
{
    m_patience.stop();
    if (const ClientPool::Done done = std::exchange(m_done, {}))
        done(status);
}

} // namespace postern::demo
