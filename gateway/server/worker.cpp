#include "gateway/server/worker.h"

#include "gateway/proxy/proxy_worker.h"
#include "gateway/proxy/snapshot.h"

namespace postern {

Result<std::unique_ptr<Worker>> Worker::start(std::size_t index, std::size_t workers, std::size_t mostClients,
                                              const Clock& clock, WorkerTelemetry& telemetry)
{
    auto thread = EventThread::start(QStringLiteral("worker-%1").arg(index));
    if (!thread)
        return failure(thread.error());
    std::unique_ptr<Worker> worker(new Worker(std::move(*thread)));
    worker->m_thread->call([&] {
        worker->m_proxy = std::make_unique<ProxyWorker>(
            ProxyWorker::Environment{worker->m_thread->dispatcher(), clock, telemetry, workers, mostClients});
    });
    return worker;
}

Worker::Worker(std::unique_ptr<EventThread> thread) : m_thread(std::move(thread)) {}

Worker::~Worker()
{
    m_thread->call([this] { m_proxy.reset(); });
}

void Worker::apply(std::shared_ptr<const Snapshot> snapshot)
{
    m_thread->call([&] { m_proxy->apply(std::move(snapshot)); });
}

void Worker::upstreamsChanged()
{
    m_thread->post([this] { m_proxy->upstreamsChanged(); });
}

Result<void> Worker::listen(const QString& listener, FileDescriptor socket)
{
    return m_thread->call([&] { return m_proxy->listen(listener, std::move(socket)); });
}

void Worker::unlisten(const QString& listener)
{
    m_thread->call([&] { m_proxy->unlisten(listener); });
}

void Worker::announceDrain()
{
    m_thread->call([this] { m_proxy->announceDrain(); });
}

void Worker::drain(std::function<void()> drained)
{
    m_thread->call([&] { m_proxy->drain(std::move(drained)); });
}

void Worker::cut()
{
    m_thread->call([this] { m_proxy->cut(); });
}

std::size_t Worker::requestsInFlight()
{
    return m_thread->call([this] { return m_proxy->requestsInFlight(); });
}

} // namespace postern
