#include "app/demo/traffic/generator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace postern::demo {

namespace {

constexpr std::chrono::milliseconds kTick{20};
constexpr int kMaxConnections = 64; // per instance
constexpr int kBurstWidth = 16;
constexpr double kWave = 120; // seconds
constexpr double kSwing = 1.0 / 3;
// After a pause of the machine, what was missed is not made up for all at once.
constexpr double kMaxGap = 0.25;

std::vector<int> weights(const DemoApi& api)
{
    std::vector<int> all;
    for (const DemoCall& call : api.calls)
        all.push_back(call.weight);
    return all;
}

double seconds(Clock::Steady::duration duration) { return std::chrono::duration<double>(duration).count(); }

} // namespace

Generator::Generator(const DemoApi& api, const std::vector<Instance>& instances, Callers& callers,
                     const Clock& clock, quint32 seed, QObject* parent)
    : QObject(parent), m_api(api), m_instances(instances), m_callers(callers), m_clock(clock), m_random(seed)
{
    const std::vector<int> all = weights(api);
    m_whichCall = std::discrete_distribution<size_t>(all.begin(), all.end());
    for (const Instance& instance : m_instances)
        m_pools.push_back(new ClientPool(instance.host, instance.port, kMaxConnections, this));
    m_tick.setInterval(kTick);
    connect(&m_tick, &QTimer::timeout, this, &Generator::tick);
}

void Generator::start()
{
    m_started = m_last = m_clock.steady();
    m_tick.start();
}

double Generator::rateNow() const
{
    const double phase = seconds(m_clock.steady() - m_started) / kWave * 2 * std::numbers::pi;
    return m_api.rate * m_factor * (1 + kSwing * std::sin(phase));
}

void Generator::tick()
{
    const Clock::Steady now = m_clock.steady();
    const double gap = std::min(seconds(now - std::exchange(m_last, now)), kMaxGap);
    const int arrivals = std::poisson_distribution<int>(std::max(rateNow() * gap, 0.0))(m_random);
    for (int i = 0; i < arrivals; ++i)
        sendOne();
}

void Generator::sendOne()
{
    const DemoCall& call = m_api.calls[m_whichCall(m_random)];
    const QStringList& names = Callers::names();
    const QString& caller = names[std::uniform_int_distribution<qsizetype>(0, names.size() - 1)(m_random)];
    const size_t which = m_next++ % m_pools.size();
    const QByteArray text = request(call, caller, m_instances[which]);
    if (!m_pools[which]->send(text, [this](int status) { ++m_counts[status]; }))
        ++m_counts[-1];
}

void Generator::burst(const QString& caller, int count)
{
    auto burst =
        std::make_shared<Burst>(Burst{.caller = caller, .toSend = count, .toCome = count, .counts = {}});
    for (int i = 0; i < std::min(count, kBurstWidth); ++i)
        continueBurst(burst);
}

void Generator::continueBurst(const std::shared_ptr<Burst>& burst)
{
    if (burst->toSend == 0)
        return;
    --burst->toSend;
    const auto done = [this, burst](int status) {
        ++burst->counts[status];
        ++m_counts[status];
        if (--burst->toCome == 0)
            Q_EMIT burstEnded(burst->counts);
        else
            // Not from here: the connection is still at the end of this response.
            QMetaObject::invokeMethod(
                this, [this, burst] { continueBurst(burst); }, Qt::QueuedConnection);
    };
    if (!m_pools.front()->send(request(m_api.calls.front(), burst->caller, m_instances.front()), done))
        done(-1);
}

QByteArray Generator::request(const DemoCall& call, const QString& caller, const Instance& instance)
{
    const QByteArray number = QByteArray::number(std::uniform_int_distribution<int>(1, 20000)(m_random));
    QByteArray text = call.method + ' ' + QByteArray(call.path).replace("{}", number) +
                      " HTTP/1.1\r\nHost: " + instance.host.toLatin1() + ':' +
                      QByteArray::number(instance.port) +
                      "\r\nAccept: application/json\r\nUser-Agent: " + caller.toLatin1() + "/1.0\r\n";
    if (const Result<QByteArray> token = m_callers.token(caller, m_api.name))
        text += "Authorization: Bearer " + *token + "\r\n";
    if (!call.body.isEmpty())
        text += "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(call.body.size()) +
                "\r\n";
    return text + "\r\n" + call.body;
}

} // namespace postern::demo
