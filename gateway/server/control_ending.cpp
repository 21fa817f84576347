// Control's second part: how the gateway ends, by itself or in favour of a successor.
#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/server/control.h"
#include "gateway/server/gateway_status.h"
#include "gateway/server/known_names.h"
#include "gateway/server/worker.h"

namespace postern {

void Control::inheritTickets(const HandoverParcel& inherited)
{
    // What can not be read is no reason not to start: clients shake hands anew.
    if (const auto adopted = m_secrets.tickets().adopt(inherited.tickets); !adopted)
        m_options.events(
            EventLine("handover").add("result", "tickets-lost").add("reason", adopted.error().message));
}

void Control::drain(std::function<void()> drained)
{
    if (m_draining)
        return;
    m_drained = std::move(drained);
    beginDrain();
}

void Control::beginDrain()
{
    m_draining = true;
    m_ahead.reset();
    m_parts.status.setReadiness(Readiness::Draining);
    const Drain settings = m_snapshot->document().api.spec.drain;
    m_options.events(EventLine("draining")
                         .add("delay_ms", static_cast<qint64>(settings.delay.count()))
                         .add("deadline_ms", static_cast<qint64>(settings.deadline.count())));
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->announceDrain();
    m_deadline.start(settings.deadline);
    QTimer::singleShot(settings.delay, this, &Control::stopAccepting);
}

void Control::stopAccepting()
{
    m_stopped = true;
    if (m_offered) {
        // What would turn clients away here would do it in the successor too: the sockets are the same.
        endRequests();
        return;
    }
    m_listeners.turnAway();
    QTimer::singleShot(handshakeTime, this, &Control::endRequests);
}

Result<HandoverParcel> Control::offer()
{
    if (m_stopped)
        return failure(
            Error::environment(Error::Kind::Unavailable, QStringLiteral("it accepts nobody any more")));
    auto listeners = m_listeners.duplicates();
    if (!listeners)
        return failure(listeners.error());
    m_offered = true;
    HandoverParcel parcel{m_snapshot->document().id,       std::move(*listeners), {}, {}, {},
                          m_secrets.tickets().serialised()};
    putNames(answersOf(*m_snapshot), parcel.state);
    return parcel;
}

void Control::takeBack()
{
    m_offered = false;
    // The workers have closed theirs, so nobody would serve whom the kernel lets in. No turning away: the
    // newcomer may live, and not know yet that this process ends.
    if (m_stopped)
        m_listeners.closeAll();
    if (auto waiting = std::exchange(m_waiting, std::nullopt))
        take(std::move(*waiting));
}

void Control::own() { m_listeners.own(); }

void Control::handOver(const QStringList& listeners, std::function<void()> drained)
{
    m_listeners.release(listeners, m_parts.workers);
    m_offered = false;
    if (m_stopped)
        m_listeners.closeAll(); // those that the successor has not taken, as in takeBack()
    if (m_draining)
        return; // a signal was quicker
    m_drained = std::move(drained);
    beginDrain();
}

void Control::endRequests()
{
    if (std::exchange(m_ending, true))
        return;
    m_workersToDrain = m_parts.workers.size();
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->drain([this] { m_parts.post([this] { workerDrained(); }); });
}

void Control::workerDrained()
{
    if (--m_workersToDrain > 0)
        return;
    m_deadline.stop();
    m_options.events(EventLine("drained"));
    m_drained();
}

void Control::cut()
{
    endRequests(); // where the delay alone was longer than the deadline
    qint64 requests = 0;
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        requests += static_cast<qint64>(worker->requestsInFlight());
    m_options.events(EventLine("cut").add("requests", requests));
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->cut();
}

} // namespace postern
