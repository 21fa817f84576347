#pragma once

#include "gateway/server/gateway_options.h"
#include "gateway/server/handover_parcel.h"
#include "gateway/server/listener_sockets.h"

#include <map>
#include <memory>
#include <vector>

namespace postern {

class Worker;
struct EffectiveDocument;

/// The addresses a gateway listens on, and how a new configuration changes them: first everything new is
/// opened, which may fail and then changes nothing; then the workers take it over; what is left is closed
/// without losing anybody. A listener whose address stays is never touched. Owned and used by the control
/// thread.
class ListenerTable
{
public:
    using Workers = std::vector<std::unique_ptr<Worker>>;

    /// Listeners that stay, opened ones, and closing ones; made by plan(), used up by commit().
    struct Plan
    {
        struct Opened
        {
            ListenerSockets sockets;
            /// Each worker's own, made here already: without a descriptor left the plan fails, while nothing
            /// has changed.
            std::vector<std::vector<FileDescriptor>> forWorkers;
        };
        std::map<QString, Opened> opened;
        std::vector<QString> closed; ///< a changed one is opened and closed
    };

    explicit ListenerTable(QMap<QString, SocketAddress> overrides) : m_overrides(std::move(overrides)) {}

    /// Names in the overrides that the document does not have.
    [[nodiscard]] QStringList unknownOverrides(const EffectiveDocument& document) const;

    /// \a inherited: what another process handed over; what the document wants of it is taken out.
    [[nodiscard]] Result<Plan> plan(const EffectiveDocument& document, std::size_t workers,
                                    std::vector<HandoverListener>* inherited = nullptr) const;
    /// Needs no descriptor that the plan does not have. An error where a socket has ceased to listen.
    [[nodiscard]] Result<void> commit(Plan plan, const Workers& workers, const EventSink& events);

    /// Duplicates of all sockets, for a successor.
    [[nodiscard]] Result<std::vector<HandoverListener>> duplicates() const;
    /// The predecessor has let go of what it handed over.
    void own();
    /// A successor accepts on these: this process stops, and nobody is turned away.
    void release(const QStringList& names, const Workers& workers);

    /// ListenerSockets::turnAway() for all.
    void turnAway();
    /// Once the workers have been told to drain. Whom the kernel has let in since then is reset, unless
    /// another process holds the sockets too.
    void closeAll() { m_listeners.clear(); }

private:
    [[nodiscard]] Result<ListenerSockets> open(const QString& name, const SocketAddress& asked,
                                               std::size_t workers,
                                               std::vector<HandoverListener>* inherited) const;
    [[nodiscard]] Result<Plan::Opened> openForWorkers(const QString& name, const SocketAddress& asked,
                                                      std::size_t workers,
                                                      std::vector<HandoverListener>* inherited) const;
    void close(const std::vector<QString>& names, const Workers& workers);

    QMap<QString, SocketAddress> m_overrides;
    std::map<QString, ListenerSockets> m_listeners;
};

/// How long handshakes that have begun may take to end before a listening socket is closed.
inline constexpr std::chrono::milliseconds handshakeTime{200};

} // namespace postern
