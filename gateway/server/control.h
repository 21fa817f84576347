#pragma once

#include "gateway/server/configuration_source.h"
#include "gateway/server/gateway_options.h"
#include "gateway/server/listener_table.h"
#include "gateway/server/tls_secrets.h"
#include "gateway/upstream/names_ahead.h"
#include "gateway/upstream/upstream_supervisor.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace postern {

class GatewayStatus;
class EpollDispatcher;
class Mailbox;
class Snapshot;
class Telemetry;

/// The gateway's will: takes configurations in, has the workers follow them, and ends it all in order. Owned
/// by the Gateway; lives on the control thread, so that no load and no wait ever stands in a worker's way.
class Control final : public QObject
{
    Q_OBJECT
public:
    /// What it steers. All of it outlives this.
    struct Parts
    {
        Telemetry& telemetry;
        GatewayStatus& status;
        ListenerTable::Workers& workers;
        std::function<void(std::function<void()>)> post; ///< runs something on the control thread
        EpollDispatcher& dispatcher;                     ///< the control thread's
    };

    Control(const GatewayOptions& options, const GatewayEnvironment& environment, const Parts& parts);
    ~Control() override;

    /// The first configuration; without one there is no gateway. \a inherited: what a process that serves now
    /// hands over; listeners that this one does not take stay in it. Nothing is accepted before listen().
    [[nodiscard]] Result<void> begin(HandoverParcel* inherited = nullptr);
    /// Has the workers accept.
    [[nodiscard]] Result<void> listen();
    /// Where the document wants the admin listener; the options may have another wish.
    [[nodiscard]] QString adminAddress() const;
    /// Calls \a done when every name of the document has been looked up once, found or not; perhaps at once.
    void whenNamesLookedUp(std::function<void()> done);
    /// From now on changes are followed.
    void follow();
    /// Looks for changes now.
    void reload();

    /// Not ready, `drain.delay`, no new connections, requests in flight end, at the latest after
    /// `drain.deadline`; then \a drained. A second call does nothing.
    void drain(std::function<void()> drained);

    /// Duplicates of the listeners, for a successor, and what else it should know. From now on no
    /// configuration is taken, as the successor has one of its own, until takeBack(). Refused once clients
    /// are turned away.
    [[nodiscard]] Result<HandoverParcel> offer();
    /// The successor came to nothing.
    void takeBack();
    /// The predecessor has let go: what it handed over is this process's.
    void own();
    /// Another process accepts on these: the gateway does not any more, and drains; then \a drained.
    void handOver(const QStringList& listeners, std::function<void()> drained);

private:
    void beginDrain();
    void take(LoadedConfiguration loaded);
    void lookUpAhead(const LoadedConfiguration& loaded, const std::vector<DnsResolver::Question>& names);
    void takeNamed(const LoadedConfiguration& loaded, const DnsAnswers& names);
    void inheritTickets(const HandoverParcel& inherited);
    /// The documents are of no use, but the running one's secrets may have changed meanwhile.
    void followSecrets();
    [[nodiscard]] Result<TlsSecrets::Loaded> readSecrets(const EffectiveDocument& document);
    void use(const std::shared_ptr<const Snapshot>& snapshot, const TlsSecrets::Loaded& secrets);
    void tell(const TlsSecrets::Loaded& secrets);
    [[nodiscard]] Result<void> apply(const LoadedConfiguration& loaded, const DnsAnswers& names);
    /// Everything of apply() but the listeners, which may be opened already and are still to be used.
    /// \a names: what is known of them besides what the running configuration knows.
    [[nodiscard]] Result<ListenerTable::Plan> adopt(const LoadedConfiguration& loaded,
                                                    std::vector<HandoverListener>* inherited,
                                                    const DnsAnswers& names);
    void reject(const std::vector<Finding>& findings);
    void tell(const EffectiveDocument* before, const EffectiveDocument& after) const;
    void stopAccepting();
    void endRequests();
    void workerDrained();
    void cut();
    void superviseUpstreams();
    void tellOfUpstream(const UpstreamNotice& notice) const;

    const GatewayOptions& m_options;
    const GatewayEnvironment& m_environment;
    const Parts m_parts;
    std::unique_ptr<ConfigurationSource> m_source;
    ListenerTable m_listeners;
    TlsSecrets m_secrets;
    TlsContexts m_contexts; ///< of m_snapshot
    std::shared_ptr<const Snapshot> m_snapshot;
    UpstreamSupervisor m_supervisor;
    std::unique_ptr<NamesAhead> m_ahead; ///< of a configuration that is not taken yet
    std::function<void()> m_drained;
    QTimer m_deadline;
    std::size_t m_workersToDrain = 0;
    std::optional<ListenerTable::Plan> m_plan;    ///< between begin() and listen()
    std::optional<LoadedConfiguration> m_waiting; ///< came while the listeners were offered
    bool m_offered = false;
    bool m_draining = false;
    bool m_stopped = false; ///< clients are turned away
    bool m_ending = false;  ///< the workers were told to drain
};

} // namespace postern
