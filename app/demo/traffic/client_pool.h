#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace postern::demo {

class ClientConnection;

/// Keep-alive connections to one gateway. Sends at once or says that it cannot: an open loop does not wait.
class ClientPool : public QObject
{
    Q_OBJECT

public:
    /// The status; 0 where none came (refused, cut, or none within ten seconds).
    using Done = std::function<void(int status)>;

    ClientPool(const QString& host, quint16 port, int maxConnections, QObject* parent = nullptr);

    /// False when all connections are busy.
    bool send(const QByteArray& request, const Done& done);

private:
    QString m_host;
    quint16 m_port;
    size_t m_maxConnections;
    std::vector<ClientConnection*> m_connections;
};

} // namespace postern::demo
