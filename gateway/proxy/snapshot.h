#pragma once

#include "models/base/result.h"

#include <QString>

#include <memory>

namespace postern {

struct EffectiveDocument;
struct MetricsLayout;
struct TlsContexts;
class PolicyRegistry;

/// One configuration, compiled: what a request needs to find its way, and nothing a request can change.
/// Purpose: a reload swaps it whole. Owned by everyone who uses it (server, workers, requests in flight);
/// immutable, so any thread may read it; it dies with the last request that began under it.
class Snapshot
{
public:
    /// Compiles \a document: router, listeners' trust, managed headers, policies' shared states. States whose
    /// policy kept its identity are taken over from \a previous, so that counters live through a reload.
    /// \a tls: of the listeners and upstreams that have it; one that is left out serves nobody, which does
    /// for an explanation. An error names the place in the document.
    static Result<std::shared_ptr<const Snapshot>> create(std::shared_ptr<const EffectiveDocument> document,
                                                          const PolicyRegistry& registry,
                                                          const Snapshot* previous = nullptr);
    static Result<std::shared_ptr<const Snapshot>> create(std::shared_ptr<const EffectiveDocument> document,
                                                          const PolicyRegistry& registry,
                                                          const Snapshot* previous, TlsContexts tls);
    ~Snapshot();

    [[nodiscard]] const EffectiveDocument& document() const;
    /// What workers count by under this configuration: for Telemetry::configurationApplied().
    [[nodiscard]] const std::shared_ptr<const MetricsLayout>& metricsLayout() const;

    /// Everything compiled; read by gateway/proxy, and by what explains it (gateway/server).
    struct Compiled;
    [[nodiscard]] const Compiled& compiled() const { return *m_compiled; }

private:
    explicit Snapshot(std::unique_ptr<const Compiled> compiled);

    std::unique_ptr<const Compiled> m_compiled;
};

} // namespace postern
