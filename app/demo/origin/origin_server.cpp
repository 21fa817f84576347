#include "app/demo/origin/origin_server.h"

#include "app/demo/origin/origin_connection.h"
#include "app/demo/origin/payload.h"

#include <cmath>

namespace postern::demo {

OriginServer::OriginServer(const DemoApi& api, quint32 seed, QObject* parent)
    : QObject(parent)
    , m_api(api)
    , m_name(api.name.toLatin1())
    , m_random(seed)
    , m_latency(std::log(api.medianLatency), api.spread)
{
    connect(&m_server, &QTcpServer::newConnection, this, &OriginServer::accept);
}

Result<quint16> OriginServer::listen()
{
    if (!m_server.listen(QHostAddress::LocalHost))
        return failure(Error::environment(
            Error::Kind::Unavailable,
            QStringLiteral("The origin of %1 cannot listen: %2").arg(m_api.name, m_server.errorString())));
    return m_server.serverPort();
}

OriginServer::Answer OriginServer::decide(const QByteArray& method, const QByteArray& path)
{
    // Nothing sane takes longer; the tail of the distribution would.
    constexpr double longest = 8000;
    const double latency = std::min(m_latency(m_random) * m_spell.slowness, longest);
    Answer answer{.status = method == "POST" ? 201 : 200,
                  .after = std::chrono::milliseconds(std::lround(latency)),
                  .body = {}};
    if (m_spell.errors > 0 && m_share(m_random) < m_spell.errors) {
        answer.status = m_share(m_random) < 0.7 ? 503 : 500;
        answer.body = R"({"error":"the ledger is not available"})";
        return answer;
    }
    answer.body = payloadFor(m_name, path);
    return answer;
}

void OriginServer::accept()
{
    while (QTcpSocket* socket = m_server.nextPendingConnection())
        new OriginConnection(this, socket);
}

} // namespace postern::demo
