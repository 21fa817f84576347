#pragma once

#include "models/fleet/expectation.h"
#include "models/fleet/fleet_snapshot.h"

#include <QObject>

namespace postern {

class Clock;
class FleetSource;
class PrometheusClient;

/// Asks Prometheus for the whole fleet again and again, and joins the answers with the fleet's list and
/// Git's expectations into snapshots.
///
/// Owner: the shell. Thread: the UI's; answers are parsed on the client's thread. The number of questions
/// a refresh is fixed: none grows with the number of APIs. A question is never asked while its last answer
/// is outstanding, and one that took t seconds rests for 20 t, so that dear ones (30 days) load Prometheus
/// by at most a twentieth (question_schedule.h). When Prometheus is away the last snapshot stays, marked.
class FleetPoller final : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        std::chrono::milliseconds refresh{15'000};
        std::chrono::milliseconds scrapeInterval{0}; ///< 0: asked of Prometheus, 15 s until it answers
        std::chrono::seconds range{6 * 3600};        ///< of the traffic series
    };

    FleetPoller(PrometheusClient& prometheus, FleetSource& fleet, const Clock& clock, const Options& options,
                QObject* parent = nullptr);
    ~FleetPoller() override;

    void start();
    void stop();
    /// Asks everything now (F5); while a refresh is under way, once right after it.
    void refresh();
    void setRange(std::chrono::seconds range);
    void setExpectations(std::vector<ApiExpectation> expectations);

    /// Never null; before the first answer it holds the fleet's list without figures.
    [[nodiscard]] FleetSnapshotPtr snapshot() const;

Q_SIGNALS:
    void snapshotChanged(const postern::FleetSnapshotPtr& snapshot);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace postern
