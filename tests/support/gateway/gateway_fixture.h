#pragma once

#include "gateway/event/event_thread.h"
#include "gateway/policies/registry.h"
#include "gateway/policy/policy_registry.h"
#include "gateway/proxy/proxy_worker.h"
#include "gateway/proxy/snapshot.h"
#include "gateway/proxy/tls_contexts.h"
#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/telemetry.h"

#include <QByteArray>
#include <QJsonObject>
#include <QTemporaryFile>

#include <memory>
#include <optional>
#include <string>

namespace postern::test {

/// A gateway of one worker on its own thread, with a listener `main` on a free port of 127.0.0.1. Made and
/// used by the test's thread, which may block.
class GatewayFixture
{
public:
    /// The effective document of \a spec: the YAML under an ApiGateway's `spec:`, listeners left out.
    static std::shared_ptr<const EffectiveDocument> document(const QByteArray& spec);
    /// One upstream `app` at \a port, one route for everything with \a timeout, and what else \a more says.
    static QByteArray spec(quint16 port, const QByteArray& timeout = "5s", const QByteArray& more = {});

    /// The same behind a listener of HTTP/2 with prior knowledge.
    static QByteArray http2Mark(); ///< at a spec's end: its listener speaks HTTP/2
    static QByteArray http2Spec(quint16 port, const QByteArray& timeout = "5s", const QByteArray& more = {});

    /// \a tls secures what of \a spec has `tls`: secrets are not read.
    explicit GatewayFixture(const QByteArray& spec, PolicyRegistry registry = builtPolicies(),
                            TlsContexts tls = {});
    ~GatewayFixture();

    [[nodiscard]] quint16 port() const { return m_port; }
    /// Reloads.
    void apply(const QByteArray& spec);
    /// Runs \a task on the worker's thread and waits for it.
    template<typename Task>
    auto run(Task task)
    {
        return m_thread->call([this, &task] { return task(*m_worker); });
    }

    /// Lines of the access log written so far.
    [[nodiscard]] QList<QByteArray> log();
    /// The last of them, as soon as there are \a count.
    [[nodiscard]] QJsonObject waitForLog(int count);
    /// A metric's value by its full line start, e.g. `postern_requests_total{api=...}`; nothing when absent.
    [[nodiscard]] std::optional<double> metric(const std::string& start) const;
    [[nodiscard]] std::string metrics() const { return m_telemetry->exposition(); }

private:
    std::shared_ptr<const Snapshot> compile(const QByteArray& spec);

    QTemporaryFile m_logFile;
    std::unique_ptr<AccessLog> m_log;
    std::unique_ptr<Telemetry> m_telemetry;
    SystemClock m_clock;
    PolicyRegistry m_registry;
    TlsContexts m_tls;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::unique_ptr<EventThread> m_thread;
    std::unique_ptr<ProxyWorker> m_worker; ///< lives on the thread
    quint16 m_port = 0;
};

} // namespace postern::test
