#pragma once

#include "models/base/result.h"
#include "models/fleet/policy_status.h"
#include "models/prometheus/answer.h"

#include <QHash>
#include <QObject>
#include <QPointer>

#include <vector>

namespace postern {

struct EffectiveDocument;
class PrometheusCall;
class PrometheusClient;

/// What the policies of one API decided over a window, by policy and mode, and by route.
struct DecisionStats
{
    struct Key
    {
        QString route;
        QString policy;
        QString mode;

        friend bool operator==(const Key&, const Key&) = default;
        friend size_t qHash(const Key& key, size_t seed)
        {
            return qHashMulti(seed, key.route, key.policy, key.mode);
        }
    };

    QHash<Key, DecisionCounts> counts;
    std::chrono::seconds window{0};
    Clock::Wall at;
};

[[nodiscard]] QString decisionsQuery(const QString& api, std::chrono::seconds window);
[[nodiscard]] DecisionStats decisionStats(const PrometheusAnswer& answer, std::chrono::seconds window,
                                          Clock::Wall at);

/// The effective policies of a document in the pipeline's order, each with what it decided: one entry for a
/// policy that acts on every route, one a route where routes differ. \a stats may be null: not measured.
[[nodiscard]] std::vector<PolicyStatus> policyStatuses(const EffectiveDocument& document,
                                                       const DecisionStats* stats);

/// Asks for one API's decisions. Owner: a page. Thread: the UI's. A load of something else cancels the one
/// under way; the same again waits for it.
class PolicyDecisionsLoader final : public QObject
{
    Q_OBJECT
public:
    explicit PolicyDecisionsLoader(PrometheusClient& prometheus, QObject* parent = nullptr);

    void load(const QString& api, std::chrono::seconds window);

Q_SIGNALS:
    void loaded(const QString& api, const postern::DecisionStats& stats);
    void failed(const postern::Error& error);

private:
    PrometheusClient& m_prometheus;
    QPointer<PrometheusCall> m_call;
    std::pair<QString, std::chrono::seconds> m_asked;
};

} // namespace postern
