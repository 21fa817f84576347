#pragma once

#include "app/demo/demo_api.h"
#include "app/demo/traffic/callers.h"
#include "app/demo/traffic/client_pool.h"

#include <QHash>
#include <QMap>
#include <QTimer>

#include <memory>
#include <random>

namespace postern::demo {

/// How often each status came; 0: no answer, -1: not sent, as all connections were busy.
using StatusCounts = QMap<int, qint64>;

/// Calls of one API by all callers, spread over its instances: arrivals are a Poisson process whose rate
/// swings by a third over two minutes, whatever the answers take (an open loop, bounded by connections).
class Generator : public QObject
{
    Q_OBJECT

public:
    struct Instance
    {
        QString host;
        quint16 port = 0;
    };

    Generator(const DemoApi& api, const std::vector<Instance>& instances, Callers& callers,
              const Clock& clock, quint32 seed, QObject* parent = nullptr);

    void start();
    void stop() { m_tick.stop(); }
    /// Multiplies the rate.
    void setFactor(double factor) { m_factor = factor; }
    /// \a count reads by \a caller, as fast as one instance takes them; `burstEnded` follows.
    void burst(const QString& caller, int count);
    /// Since the last call.
    [[nodiscard]] StatusCounts takeCounts() { return std::exchange(m_counts, {}); }

Q_SIGNALS:
    void burstEnded(const postern::demo::StatusCounts& counts);

private:
    struct Burst
    {
        QString caller;
        int toSend = 0;
        int toCome = 0;
        StatusCounts counts;
    };

    void tick();
    [[nodiscard]] double rateNow() const;
    void sendOne();
    void continueBurst(const std::shared_ptr<Burst>& burst);
    [[nodiscard]] QByteArray request(const DemoCall& call, const QString& caller, const Instance& instance);

    DemoApi m_api;
    std::vector<Instance> m_instances;
    std::vector<ClientPool*> m_pools;
    Callers& m_callers;
    const Clock& m_clock;
    std::mt19937 m_random;
    std::discrete_distribution<size_t> m_whichCall;
    QTimer m_tick;
    Clock::Steady m_started;
    Clock::Steady m_last;
    size_t m_next = 0;
    double m_factor = 1;
    StatusCounts m_counts;
};

} // namespace postern::demo
