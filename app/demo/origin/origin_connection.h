#pragma once

#include "app/demo/http_message.h"
#include "app/demo/origin/origin_server.h"

#include <QTcpSocket>
#include <QTimer>

namespace postern::demo {

/// One connection to an origin: requests are answered one after the other. Deletes itself at its end.
class OriginConnection : public QObject
{
    Q_OBJECT

public:
    /// Takes \a socket.
    OriginConnection(OriginServer* server, QTcpSocket* socket);

private:
    void readRequests();
    void answer();

    OriginServer* m_server;
    QTcpSocket* m_socket;
    QByteArray m_buffer;
    MessageReader m_reader;
    QTimer m_latency;
    OriginServer::Answer m_answer;
    bool m_answering = false;
};

} // namespace postern::demo
