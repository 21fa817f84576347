#include "app/demo/origin/origin_connection.h"

namespace postern::demo {

namespace {

QByteArray reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 500:
        return "Internal Server Error";
    default:
        return "Service Unavailable";
    }
}

} // namespace

OriginConnection::OriginConnection(OriginServer* server, QTcpSocket* socket)
    : QObject(server), m_server(server), m_socket(socket)
{
    m_socket->setParent(this);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_latency.setSingleShot(true);
    // A coarse timer may end 5 % early or late: no more than the distribution itself does.
    m_latency.setTimerType(Qt::CoarseTimer);
    connect(&m_latency, &QTimer::timeout, this, &OriginConnection::answer);
    connect(m_socket, &QTcpSocket::readyRead, this, &OriginConnection::readRequests);
    connect(m_socket, &QTcpSocket::disconnected, this, &QObject::deleteLater);
}

void OriginConnection::readRequests()
{
    m_buffer += m_socket->readAll();
    if (m_answering)
        return;
    switch (m_reader.read(m_buffer)) {
    case MessageReader::State::NeedMore:
        return;
    case MessageReader::State::Broken:
        m_socket->abort();
        return;
    case MessageReader::State::Complete:
        break;
    }
    m_answering = true;
    m_answer = m_server->decide(m_reader.word(0), m_reader.word(1));
    m_latency.start(m_answer.after);
}

void OriginConnection::answer()
{
    QByteArray text = "HTTP/1.1 " + QByteArray::number(m_answer.status) + ' ' + reason(m_answer.status) +
                      "\r\nContent-Type: application/json\r\nServer: payments-core/2.4\r\nContent-Length: " +
                      QByteArray::number(m_answer.body.size()) + "\r\n\r\n";
    if (m_reader.word(0) != "HEAD")
        text += m_answer.body;
    m_socket->write(text);
    m_answering = false;
    if (m_reader.closes()) {
        m_socket->disconnectFromHost();
        return;
    }
    m_reader.reset();
    readRequests();
}

} // namespace postern::demo
