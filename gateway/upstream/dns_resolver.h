#pragma once

#include "gateway/upstream/endpoint_settings.h"
#include "models/base/result.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

struct ares_addrinfo;
struct ares_channeldata;
class QSocketNotifier;

namespace postern {

struct ServiceRecord;
enum class DnsRecordType;
struct UpstreamDns;

/// Where names are looked up.
struct DnsSettings
{
    /// `address:port`, by commas: these alone, without /etc/hosts and search domains. Empty: as the system's
    /// resolv.conf says, which is read again when it has changed.
    QString servers;
    QString resolvConf = QStringLiteral("/etc/resolv.conf");
    quint16 port = 53;                        ///< of resolv.conf's servers
    std::chrono::milliseconds timeout{2'000}; ///< of a server's first try
    int tries = 2;
};

/// Looks up the endpoints of upstreams, with c-ares: without blocking, in the Qt event loop of the thread it
/// lives on. Owned by the UpstreamSupervisor. Answers are bounded: at most kMostEndpoints of them.
class DnsResolver final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t kMostEndpoints = 1000;
    static constexpr std::size_t kMostTargets = 64; ///< of an SRV answer

    struct Question
    {
        QString name;
        DnsRecordType type{};
        quint16 port = 0; ///< of the addresses; SRV brings its own

        [[nodiscard]] static Question of(const UpstreamDns& dns);
        friend bool operator==(const Question&, const Question&) = default;
    };
    struct Found
    {
        std::vector<EndpointSettings>
            endpoints; ///< by address, so that an answer in another order is the same
        /// Why some could not be asked for (an SRV answer's targets, or one family's addresses); empty: these
        /// are all there are.
        QString missing = {};
        /// With missing: whole targets are unknown, not one family of a target's addresses alone.
        bool lacksTargets = false;
    };
    using Answer = Result<Found>;
    using Answered = std::function<void(Answer)>;

    explicit DnsResolver(DnsSettings settings);
    ~DnsResolver() override;

    /// IPv4 and IPv6 addresses of the name (type A), or of the targets that an SRV answer names (RFC 2782):
    /// with their priorities and weights. \a answered is called once, perhaps at once, unless
    /// \a context is gone by then. No endpoint at all is an error.
    void resolve(const Question& question, QObject* context, Answered answered);

private:
    struct Lookup;
    struct Target;
    struct Channel
    {
        void operator()(ares_channeldata* channel) const;
    };
    struct Notifiers
    {
        std::unique_ptr<QSocketNotifier> read;
        std::unique_ptr<QSocketNotifier> write;
    };

    static void addressesFound(void* target, int status, int timeouts, ares_addrinfo* found);
    static void servicesFound(void* lookup, int status, int timeouts, unsigned char* bytes, int size);
    void lookUpAddresses(std::shared_ptr<Lookup> lookup, const ServiceRecord& service);
    void checkOtherFamily(const std::shared_ptr<Lookup>& lookup, const ares_addrinfo& found);
    [[nodiscard]] bool isKnownWithoutServer(const char* name) const;
    static void otherFamilyFound(void* lookup, int status, int timeouts, unsigned char* bytes, int size);
    static void finishTarget(Lookup& lookup);
    [[nodiscard]] bool openChannel();
    [[nodiscard]] bool configurationChanged();
    void watch(int fd, bool read, bool write);
    void process(int readable, int writable);
    void schedule();

    DnsSettings m_settings;
    std::map<int, Notifiers> m_notifiers; ///< of c-ares' sockets; outlives the channel
    QTimer m_timer;
    QByteArray m_stamp; ///< of resolv.conf, when the channel was made
    std::unique_ptr<ares_channeldata, Channel> m_channel;
    bool m_processing = false; ///< inside c-ares: the channel stays
};

} // namespace postern
