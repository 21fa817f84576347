#include "gateway/proxy/worker_configuration.h"

#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/worker_context.h"
#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

namespace {

std::shared_ptr<UpstreamPool> poolFor(UpstreamSettings settings, std::shared_ptr<UpstreamDirectory> directory,
                                      const UpstreamPool::Environment& environment,
                                      const WorkerConfiguration* previous)
{
    if (previous) {
        const auto same =
            std::find_if(previous->upstreams.begin(), previous->upstreams.end(),
                         [&settings](const WorkerUpstream& one) { return one.pool->settings() == settings; });
        if (same != previous->upstreams.end()) {
            same->pool->follow(std::move(directory));
            return same->pool;
        }
    }
    return std::make_shared<UpstreamPool>(environment, std::move(settings), std::move(directory));
}

/// What was spent before a reload stays spent, and what is under way counts on.
template<typename Account>
std::shared_ptr<Account> accountFor(const std::string& upstream, const WorkerConfiguration* previous,
                                    std::shared_ptr<Account> WorkerUpstream::*account)
{
    if (previous) {
        for (const WorkerUpstream& one : previous->upstreams) {
            if (one.pool->settings().name == upstream)
                return one.*account;
        }
    }
    return std::make_shared<Account>();
}

/// The sessions stay with the connections that they use.
std::shared_ptr<Http2UpstreamPool> http2For(WorkerContext& context, const std::shared_ptr<UpstreamPool>& pool,
                                            const WorkerConfiguration* previous)
{
    if (pool->settings().protocol == UpstreamProtocol::Http1)
        return nullptr;
    if (previous) {
        for (const WorkerUpstream& one : previous->upstreams) {
            if (one.pool == pool)
                return one.http2;
        }
    }
    return std::make_shared<Http2UpstreamPool>(context, pool);
}

} // namespace

std::shared_ptr<const WorkerConfiguration>
WorkerConfiguration::create(std::shared_ptr<const Snapshot> snapshot, WorkerContext& context,
                            const WorkerConfiguration* previous)
{
    auto configuration = std::make_shared<WorkerConfiguration>();
    const Snapshot::Compiled& compiled = snapshot->compiled();
    configuration->chains = compiled.policies->forWorker();
    configuration->telemetry = context.telemetry.bind(compiled.layout);
    for (const Upstream& upstream : compiled.document->api.spec.upstreams) {
        auto settings = UpstreamSettings::of(upstream, context.workers);
        Q_ASSERT(settings); // Snapshot::create has seen to it
        settings->security.context = compiled.tls.upstream(upstream.name);
        const std::size_t index = configuration->upstreams.size();
        auto pool = poolFor(std::move(*settings), compiled.upstreams[index].directory,
                            context.poolEnvironment(), previous);
        WorkerUpstream& added = configuration->upstreams.emplace_back();
        if (upstream.retries)
            added.retries.emplace(*upstream.retries);
        const std::string& name = pool->settings().name;
        added.budget = accountFor(name, previous, &WorkerUpstream::budget);
        added.ceiling = accountFor(name, previous, &WorkerUpstream::ceiling);
        added.http2 = http2For(context, pool, previous);
        added.pool = std::move(pool);
        added.index = index;
        added.telemetry = configuration->telemetry.get();
    }
    configuration->snapshot = std::move(snapshot);
    return configuration;
}

} // namespace postern
