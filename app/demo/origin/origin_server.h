#pragma once

#include "app/demo/demo_api.h"
#include "app/demo/origin/spell.h"
#include "models/base/result.h"

#include <QObject>
#include <QTcpServer>

#include <random>

namespace postern::demo {

/// The service behind one API: answers each request after a latency drawn from the API's distribution, with
/// errors and slowness while a spell lasts. Thousands of requests a second on one thread.
class OriginServer : public QObject
{
    Q_OBJECT

public:
    explicit OriginServer(const DemoApi& api, quint32 seed, QObject* parent = nullptr);

    /// On a free port of the loopback.
    Result<quint16> listen();
    void setSpell(const Spell& spell) { m_spell = spell; }
    [[nodiscard]] const Spell& spell() const { return m_spell; }

    struct Answer
    {
        int status = 200;
        std::chrono::milliseconds after{0};
        QByteArray body;
    };
    /// What a request gets now.
    [[nodiscard]] Answer decide(const QByteArray& method, const QByteArray& path);

private:
    void accept();

    DemoApi m_api;
    QByteArray m_name;
    Spell m_spell;
    QTcpServer m_server;
    std::mt19937 m_random;
    std::lognormal_distribution<double> m_latency;
    std::uniform_real_distribution<double> m_share{0, 1};
};

} // namespace postern::demo
