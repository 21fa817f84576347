#pragma once

#include "app/demo/http_message.h"
#include "app/demo/traffic/client_pool.h"

#include <QTcpSocket>
#include <QTimer>

namespace postern::demo {

/// One connection of a ClientPool: one request at a time, connected when first needed and after a close.
class ClientConnection : public QObject
{
    Q_OBJECT

public:
    ClientConnection(const QString& host, quint16 port, QObject* parent);

    [[nodiscard]] bool isIdle() const { return !m_done; }
    void send(const QByteArray& request, const ClientPool::Done& done);

private:
    void readResponse();
    void end(int status);

    QString m_host;
    quint16 m_port;
    QTcpSocket m_socket;
    QTimer m_patience;
    QByteArray m_request;
    QByteArray m_buffer;
    MessageReader m_reader;
    ClientPool::Done m_done;
};

} // namespace postern::demo
