#include "gateway/server/listener_table.h"

#include "gateway/server/worker.h"
#include "models/document/effective_document.h"

#include <algorithm>
#include <thread>

namespace postern {

QStringList ListenerTable::unknownOverrides(const EffectiveDocument& document) const
{
    QStringList unknown = m_overrides.keys();
    for (const Listener& listener : document.api.spec.listeners)
        unknown.removeAll(listener.name);
    return unknown;
}

Result<ListenerSockets> ListenerTable::open(const QString& name, const SocketAddress& asked,
                                            std::size_t workers,
                                            std::vector<HandoverListener>* inherited) const
{
    if (inherited) {
        // By name where the port was the kernel's choice; else by address, whatever the name is now.
        const auto matches = [&](const HandoverListener& one) {
            return one.bound == asked || (one.name == name && one.asked == asked);
        };
        if (const auto found = std::ranges::find_if(*inherited, matches); found != inherited->end()) {
            HandoverListener taken = std::move(*found);
            inherited->erase(found);
            return ListenerSockets::inherit(asked, taken.bound, std::move(taken.sockets), workers);
        }
    }
    // The predecessor's addresses are ours to share, as our own are at a reload.
    const bool isAlone = m_listeners.empty() && !inherited;
    return ListenerSockets::listen(asked, workers,
                                   isAlone ? ListenerSockets::Neighbours::Refused
                                           : ListenerSockets::Neighbours::Allowed);
}

Result<ListenerTable::Plan::Opened>
ListenerTable::openForWorkers(const QString& name, const SocketAddress& asked, std::size_t workers,
                              std::vector<HandoverListener>* inherited) const
{
    auto sockets = open(name, asked, workers, inherited);
    if (!sockets)
        return failure(sockets.error());
    Plan::Opened opened{std::move(*sockets), {}};
    for (std::size_t i = 0; i < workers; ++i) {
        auto own = opened.sockets.forWorker(i);
        if (!own)
            return failure(own.error());
        opened.forWorkers.push_back(std::move(*own));
    }
    return opened;
}

Result<ListenerTable::Plan> ListenerTable::plan(const EffectiveDocument& document, std::size_t workers,
                                                std::vector<HandoverListener>* inherited) const
{
    Plan plan;
    QStringList wanted;
    for (const Listener& listener : document.api.spec.listeners) {
        wanted.append(listener.name);
        const auto written = SocketAddress::parse(listener.address);
        const auto asked = m_overrides.contains(listener.name) ? m_overrides.value(listener.name) : written;
        if (!asked)
            return failure(Error::invalid(
                QStringLiteral("listener %1: %2 is no address").arg(listener.name, listener.address)));
        const auto known = m_listeners.find(listener.name);
        if (known != m_listeners.end() && known->second.asked() == *asked)
            continue;
        auto opened = openForWorkers(listener.name, *asked, workers, inherited);
        if (!opened)
            return failure(opened.error().wrappedIn(QStringLiteral("listener %1").arg(listener.name)));
        plan.opened.emplace(listener.name, std::move(*opened));
        if (known != m_listeners.end())
            plan.closed.push_back(listener.name);
    }
    for (const auto& [name, sockets] : m_listeners)
        if (!wanted.contains(name))
            plan.closed.push_back(name);
    return plan;
}

Result<void> ListenerTable::commit(Plan plan, const Workers& workers, const EventSink& events)
{
    // Clients of a changed listener's new address wait in its backlog meanwhile.
    close(plan.closed, workers);
    for (auto& [name, opened] : plan.opened) {
        for (std::size_t i = 0; i < workers.size(); ++i)
            for (FileDescriptor& socket : opened.forWorkers[i])
                if (auto listens = workers[i]->listen(name, std::move(socket)); !listens)
                    return failure(listens.error());
        events(EventLine("listening").add("listener", name).add("address", opened.sockets.bound().text()));
        m_listeners.insert_or_assign(name, std::move(opened.sockets));
    }
    return {};
}

void ListenerTable::close(const std::vector<QString>& names, const Workers& workers)
{
    if (names.empty())
        return;
    for (const QString& name : names)
        m_listeners.at(name).turnAway();
    // On the control thread, which has nothing else to do; the workers go on.
    std::this_thread::sleep_for(handshakeTime);
    for (const QString& name : names) {
        for (const std::unique_ptr<Worker>& worker : workers)
            worker->unlisten(name);
        m_listeners.erase(name);
    }
}

Result<std::vector<HandoverListener>> ListenerTable::duplicates() const
{
    std::vector<HandoverListener> result;
    for (const auto& [name, sockets] : m_listeners) {
        auto copies = sockets.duplicates();
        if (!copies)
            return failure(copies.error());
        result.push_back({name, sockets.asked(), sockets.bound(), std::move(*copies)});
    }
    return result;
}

void ListenerTable::own()
{
    for (auto& [name, sockets] : m_listeners)
        sockets.own();
}

void ListenerTable::release(const QStringList& names, const Workers& workers)
{
    for (const QString& name : names) {
        const auto found = m_listeners.find(name);
        if (found == m_listeners.end())
            continue;
        found->second.leave();
        m_listeners.erase(found);
        for (const std::unique_ptr<Worker>& worker : workers)
            worker->unlisten(name);
    }
}

void ListenerTable::turnAway()
{
    for (auto& [name, sockets] : m_listeners)
        sockets.turnAway();
}

} // namespace postern
