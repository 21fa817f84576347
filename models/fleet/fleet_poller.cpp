#include "models/fleet/fleet_poller.h"

#include "models/fleet/fleet_join.h"
#include "models/fleet/fleet_source.h"
#include "models/fleet/question_schedule.h"
#include "models/prometheus/call.h"
#include "models/prometheus/client.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kUsualScrapeInterval = 15s;
constexpr milliseconds kTargetsEvery = 10min;
constexpr milliseconds kGathered = 200ms;

} // namespace

class FleetPoller::Private final : public QObject
{
public:
    Private(FleetPoller* poller, PrometheusClient& prometheus, FleetSource& fleet, const Clock& clock,
            const Options& options);

    void ask();
    void setScope();
    void publish();
    void publishSoon(FleetQuestion::Urgency urgency);

    QTimer timer;
    Options options;
    std::vector<ApiExpectation> expectations;
    FleetSnapshotPtr snapshot = std::make_shared<FleetSnapshot>();

private:
    void askOne(std::size_t index);
    void take(const FleetQuestion& question, const Result<PrometheusAnswer>& answer, Clock::Wall asked);
    void askTargets();
    void takeTargets(const std::vector<PrometheusTarget>& targets);
    [[nodiscard]] Clock::Wall serverNow() const { return m_clock.wall() + m_skew; }
    [[nodiscard]] SourceState prometheusState();

    FleetPoller* m_poller;
    PrometheusClient& m_prometheus;
    FleetSource& m_fleet;
    const Clock& m_clock;
    QuestionSchedule m_schedule;
    milliseconds m_scrapeInterval = kUsualScrapeInterval;
    FleetScope m_scope;
    FleetFigures m_figures;
    FleetMemory m_memory;
    QTimer m_publishSoon;
    QTimer m_tellSoon;
    std::vector<QPointer<PrometheusCall>> m_calls;
    Clock::Wall::duration m_skew{0}; ///< Prometheus' clock less ours
    std::optional<Clock::Wall> m_asOf;
    std::optional<Clock::Wall> m_awaySince;
    std::optional<Clock::Steady> m_targetsAskedAt;

    friend class FleetPoller;
};

FleetPoller::Private::Private(FleetPoller* poller, PrometheusClient& prometheus, FleetSource& fleet,
                              const Clock& clock, const Options& chosen)
    : options(chosen), m_poller(poller), m_prometheus(prometheus), m_fleet(fleet), m_clock(clock)
{
    if (options.scrapeInterval > 0ms)
        m_scrapeInterval = options.scrapeInterval;
    m_publishSoon.setSingleShot(true);
    connect(&m_publishSoon, &QTimer::timeout, this, &Private::publish);
    // Joining and what follows in models and views are two turns of the event loop: each stays under a frame.
    m_tellSoon.setSingleShot(true);
    m_tellSoon.setInterval(0);
    connect(&m_tellSoon, &QTimer::timeout, this, [this] { Q_EMIT m_poller->snapshotChanged(snapshot); });
    connect(&timer, &QTimer::timeout, this, [this] { ask(); });
    connect(&m_fleet, &FleetSource::changed, this, [this] { publishSoon(FleetQuestion::Urgency::Now); });
    setScope();
}

void FleetPoller::Private::setScope()
{
    FleetScope scope{.scrapeInterval = m_scrapeInterval, .range = options.range, .objectives = {}};
    for (const ApiExpectation& expectation : expectations) {
        for (const slo::Objective& objective : expectation.objectives) {
            // Only what shapes the questions: a thousand APIs share a few windows and thresholds.
            const slo::Objective shape{.name = {},
                                       .kind = objective.kind,
                                       .threshold = objective.threshold,
                                       .window = objective.window};
            if (std::find(scope.objectives.begin(), scope.objectives.end(), shape) == scope.objectives.end())
                scope.objectives.push_back(shape);
        }
    }
    if (scope == m_scope && !m_schedule.entries().empty())
        return;
    m_scope = scope;
    std::vector<FleetQuestion> questions = fleetQuestions(scope);
    m_figures.forgetWindows(questions);
    m_schedule.setQuestions(std::move(questions));
    if (timer.isActive())
        ask();
}

void FleetPoller::Private::ask()
{
    askTargets();
    // A refresh that is not answered yet is not asked a second time.
    if (m_schedule.waiting())
        return;
    std::erase_if(m_calls, [](const auto& call) { return call.isNull(); });
    for (const std::size_t index : m_schedule.due(m_clock.steady()))
        askOne(index);
}

void FleetPoller::Private::askOne(std::size_t index)
{
    const FleetQuestion question = m_schedule.entries()[index].question;
    m_schedule.asked(index, m_clock.steady());
    if (question.kind != FleetQuestion::Kind::Traffic) {
        m_calls.push_back(m_prometheus.query(question.promql, std::nullopt, this,
                                             [this, question](const Result<PrometheusAnswer>& answer) {
                                                 take(question, answer, serverNow());
                                             }));
        return;
    }
    // On whole steps, so that a point stays where it is from refresh to refresh.
    const auto now = serverNow().time_since_epoch();
    const Clock::Wall end(now - now % question.step);
    m_calls.push_back(m_prometheus.queryRange(
        question.promql, end - question.window, end, question.step, this,
        [this, question, end](const Result<PrometheusAnswer>& answer) { take(question, answer, end); }));
}

void FleetPoller::Private::take(const FleetQuestion& question, const Result<PrometheusAnswer>& answer,
                                Clock::Wall asked)
{
    const auto index = m_schedule.find(question.promql, question.name());
    if (!index)
        return; // the scope changed meanwhile
    if (answer) {
        // An instant answer carries the moment it is true for, by Prometheus' clock.
        const bool dated = question.kind != FleetQuestion::Kind::Traffic && !answer->series.empty() &&
                           !answer->series.front().points.empty();
        const Clock::Wall at = dated ? answer->series.front().points.front().at : asked;
        if (dated)
            m_skew = at - m_clock.wall();
        m_figures.take(question, *answer, at);
        m_schedule.answered(*index, m_clock.steady());
        m_asOf = m_clock.wall();
    } else {
        m_schedule.failed(*index, m_clock.steady(), answer.error());
    }
    if (m_schedule.waiting())
        return;
    publishSoon(question.urgency);
    // A refresh by hand came while this one was under way.
    if (m_schedule.hasWoken())
        ask();
}

/// Dear answers come one after another: those of a moment are shown together.
void FleetPoller::Private::publishSoon(FleetQuestion::Urgency urgency)
{
    const bool now = urgency == FleetQuestion::Urgency::Now;
    if (now || !m_publishSoon.isActive())
        m_publishSoon.start(now ? 0ms : kGathered);
}

void FleetPoller::Private::askTargets()
{
    const auto now = m_clock.steady();
    if (options.scrapeInterval > 0ms || (m_targetsAskedAt && now - *m_targetsAskedAt < kTargetsEvery))
        return;
    m_targetsAskedAt = now;
    m_calls.push_back(
        m_prometheus.targets(this, [this](const Result<std::vector<PrometheusTarget>>& targets) {
            // What only speaks the query API has no targets: the usual interval stays.
            if (targets)
                takeTargets(*targets);
            else if (targets.error().retryable)
                m_targetsAskedAt.reset();
        }));
}

void FleetPoller::Private::takeTargets(const std::vector<PrometheusTarget>& targets)
{
    // A Prometheus that has just started has found none yet.
    if (targets.empty())
        m_targetsAskedAt.reset();
    QSet<QString> ours;
    for (const GatewayInstance& gateway : m_fleet.instances())
        ours.insert(gateway.instance);
    milliseconds longest{0};
    for (const PrometheusTarget& target : targets) {
        if (ours.isEmpty() || ours.contains(target.instance))
            longest = std::max(longest, target.scrapeInterval);
    }
    if (longest > 0ms) {
        m_scrapeInterval = longest;
        setScope();
    }
}

SourceState FleetPoller::Private::prometheusState()
{
    SourceState state;
    state.source = QStringLiteral("prometheus");
    state.asOf = m_asOf;
    state.missing = m_schedule.failing();
    state.error = m_schedule.firstError();
    if (m_schedule.away()) {
        if (!m_awaySince)
            m_awaySince = m_clock.wall();
        state.state = SourceState::State::Away;
        state.since = m_awaySince;
        return state;
    }
    m_awaySince.reset();
    if (!m_asOf)
        state.state = SourceState::State::Waiting;
    else
        state.state = state.missing.isEmpty() ? SourceState::State::Live : SourceState::State::Partial;
    return state;
}

void FleetPoller::Private::publish()
{
    const std::vector<GatewayInstance> instances = m_fleet.instances();
    const FleetJoinInput input{.figures = m_figures,
                               .instances = instances,
                               .expectations = expectations,
                               .now = serverNow(),
                               .range = options.range};
    FleetSnapshot joined = joinFleet(input, m_memory);
    joined.scrapeInterval = m_scrapeInterval;
    // Two refreshes or scrapes may fail before a figure counts as old.
    joined.freshFor =
        std::chrono::ceil<std::chrono::seconds>(3 * std::max(options.refresh, m_scrapeInterval));
    joined.sources = {m_fleet.state(), prometheusState()};
    snapshot = std::make_shared<const FleetSnapshot>(std::move(joined));
    m_tellSoon.start();
}

FleetPoller::FleetPoller(PrometheusClient& prometheus, FleetSource& fleet, const Clock& clock,
                         const Options& options, QObject* parent)
    : QObject(parent), d(std::make_unique<Private>(this, prometheus, fleet, clock, options))
{}

FleetPoller::~FleetPoller() = default;

void FleetPoller::start()
{
    d->setScope();
    d->publish();
    d->timer.start(d->options.refresh);
    d->ask();
}

void FleetPoller::stop()
{
    d->timer.stop();
    for (const QPointer<PrometheusCall>& call : std::exchange(d->m_calls, {})) {
        if (call)
            call->cancel();
    }
    d->m_schedule.setQuestions({});
}

void FleetPoller::refresh()
{
    d->m_schedule.wakeAll();
    d->ask();
}

void FleetPoller::setRange(std::chrono::seconds range)
{
    d->options.range = range;
    d->setScope();
}

void FleetPoller::setExpectations(std::vector<ApiExpectation> expectations)
{
    d->expectations = std::move(expectations);
    d->setScope();
    d->publishSoon(FleetQuestion::Urgency::Now);
}

FleetSnapshotPtr FleetPoller::snapshot() const { return d->snapshot; }

} // namespace postern
