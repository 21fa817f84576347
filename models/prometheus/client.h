#pragma once

#include "models/base/result.h"
#include "models/prometheus/answer.h"
#include "models/prometheus/endpoint.h"
#include "models/prometheus/target.h"

#include <QNetworkAccessManager>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>

namespace postern {

class ParseThread;
class PrometheusCall;

/// An asynchronous client of Prometheus' HTTP API, or of what speaks it (Thanos, Mimir, VictoriaMetrics).
///
/// Owner: the shell. Thread: the one it lives in, which never waits: small answers are parsed there, large
/// ones on a thread of the client's own. A handler runs once, later, in this thread; never after its
/// context has gone or its call was cancelled; it must not delete the client. Errors: `Unavailable` away,
/// `TimedOut` past the deadline, `Denied` 401/403, `Invalid` a query or an answer that makes no sense,
/// `Exhausted` too large.
class PrometheusClient final : public QObject
{
    Q_OBJECT
public:
    using QueryHandler = std::function<void(Result<PrometheusAnswer>)>;
    using TargetsHandler = std::function<void(Result<std::vector<PrometheusTarget>>)>;

    /// Refuses a URL that is not http(s), and credentials that would travel in clear text.
    [[nodiscard]] static Result<std::unique_ptr<PrometheusClient>> create(const PrometheusEndpoint& endpoint);
    ~PrometheusClient() override;

    /// The value of \a promql at one moment, by default Prometheus' own now: the two clocks may differ. The call
    /// is the client's; hold it in a QPointer to cancel it.
    PrometheusCall* query(const QString& promql, std::optional<Clock::Wall> at, QObject* context,
                          QueryHandler handler);
    /// Its values from \a start to \a end, both included.
    PrometheusCall* queryRange(const QString& promql, Clock::Wall start, Clock::Wall end,
                               std::chrono::seconds step, QObject* context, QueryHandler handler);
    /// The active scrape targets.
    PrometheusCall* targets(QObject* context, TargetsHandler handler);

    [[nodiscard]] QUrl url() const { return m_endpoint.url; }

private:
    template<typename Value>
    using Parse = Result<Value> (*)(int, const QByteArray&);

    explicit PrometheusClient(const PrometheusEndpoint& endpoint);
    [[nodiscard]] QNetworkRequest request(const QString& path) const;
    template<typename Value, typename Handler>
    PrometheusCall* start(QNetworkReply* reply, QObject* context, Handler handler, Parse<Value> parse);
    template<typename Value, typename Handler>
    void parseAside(PrometheusCall* call, int status, const QByteArray& body, Handler handler,
                    Parse<Value> parse);

    PrometheusEndpoint m_endpoint;
    QNetworkAccessManager m_network;
    std::unique_ptr<ParseThread> m_parser;
};

} // namespace postern
