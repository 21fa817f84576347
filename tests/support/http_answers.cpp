#include "tests/support/http_answers.h"

#include <utility>

namespace postern::test {

HttpAnswers::HttpAnswers(Answer answer, QObject* parent) : QTcpServer(parent), m_answer(std::move(answer))
{
    connect(this, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket* socket = nextPendingConnection()) {
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { serve(socket); });
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    });
    if (!listen(QHostAddress::LocalHost, 0))
        qFatal("no free loopback port");
}

QUrl HttpAnswers::url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(serverPort())); }

QByteArray HttpAnswers::json(const QByteArray& body, const QByteArray& status)
{
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

void HttpAnswers::serve(QTcpSocket* socket)
{
    const QByteArray held = socket->peek(socket->bytesAvailable());
    const auto end = held.indexOf("\r\n\r\n");
    if (end < 0)
        return;
    const QByteArray head = held.left(end);
    const QByteArray lower = head.toLower();
    const auto length = lower.indexOf("content-length:");
    const auto wanted = length < 0 ? 0
                                   : lower
                                         .mid(length + 15, lower.indexOf("\r\n", length) < 0
                                                               ? -1
                                                               : lower.indexOf("\r\n", length) - length - 15)
                                         .trimmed()
                                         .toLongLong();
    if (held.size() < end + 4 + wanted)
        return;
    socket->read(end + 4 + wanted);
    ++m_requests;
    answer(socket, {.head = head, .body = held.mid(end + 4, wanted)});
}

void HttpAnswers::answer(QTcpSocket* socket, const Request& request)
{
    const auto answer = m_answer(request);
    if (!answer) {
        m_held.push_back({socket, request});
        return;
    }
    socket->write(*answer);
    socket->disconnectFromHost();
}

void HttpAnswers::answerHeld()
{
    for (const Held& held : std::exchange(m_held, {})) {
        if (held.socket)
            answer(held.socket, held.request);
    }
}

} // namespace postern::test
