#include "gateway/upstream/dns_resolver.h"

#include "gateway/upstream/dns_records.h"
#include "models/document/upstream.h"

#include <QScopedValueRollback>
#include <QSocketNotifier>

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace postern {

namespace {

Error dnsError(const QString& name, const QString& what)
{
    return Error::environment(Error::Kind::Unavailable, QStringLiteral("%1: %2").arg(name, what));
}

} // namespace

/// One resolve(), until its last target is found.
struct DnsResolver::Lookup
{
    DnsResolver& resolver;
    Question question;
    QPointer<QObject> context;
    Answered answered;
    std::vector<EndpointSettings> found = {};
    QString failed = {};       ///< why the last target has no address
    bool lacksTargets = false; ///< what the server has for a target is not known
    bool lacksFamily = false;  ///< what it has of a target's other family is not
    std::size_t open = 0;
};

struct DnsResolver::Target
{
    std::shared_ptr<Lookup> lookup;
    ServiceRecord service;
};

DnsResolver::Question DnsResolver::Question::of(const UpstreamDns& dns)
{
    return {dns.name, dns.type, static_cast<quint16>(dns.port)};
}

void DnsResolver::Channel::operator()(ares_channeldata* channel) const { ares_destroy(channel); }

DnsResolver::DnsResolver(DnsSettings settings) : m_settings(std::move(settings))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
}

DnsResolver::~DnsResolver()
{
    m_channel.reset(); // null inside: what ends with it begins nothing more on it
}

bool DnsResolver::openChannel()
{
    ares_options options{};
    int given = ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_UDP_PORT |
                ARES_OPT_TCP_PORT | ARES_OPT_RESOLVCONF;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
        static_cast<DnsResolver*>(self)->watch(fd, readable, writable);
    };
    options.sock_state_cb_data = this;
    options.timeout = static_cast<int>(m_settings.timeout.count());
    options.tries = m_settings.tries;
    options.udp_port = options.tcp_port = m_settings.port;
    QByteArray resolvConf = m_settings.resolvConf.toLocal8Bit();
    options.resolvconf_path = resolvConf.data();
    QByteArray lookups("b");
    const QByteArray servers = m_settings.servers.toLatin1();
    if (!servers.isEmpty()) {
        options.lookups = lookups.data();
        given |= ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS; // no domains
    }
    ares_channel channel = nullptr;
    if (ares_init_options(&channel, &options, given) != ARES_SUCCESS)
        return false;
    m_channel.reset(channel);
    return servers.isEmpty() || ares_set_servers_ports_csv(channel, servers.constData()) == ARES_SUCCESS;
}

bool DnsResolver::configurationChanged()
{
    if (!m_settings.servers.isEmpty())
        return false;
    struct stat now
    {};
    ::stat(m_settings.resolvConf.toLocal8Bit().constData(), &now);
    const QByteArray stamp = QByteArray::number(qulonglong(now.st_ino)) + ' ' +
                             QByteArray::number(qlonglong(now.st_mtim.tv_sec)) + ' ' +
                             QByteArray::number(qlonglong(now.st_mtim.tv_nsec));
    return std::exchange(m_stamp, stamp) != stamp;
}

void DnsResolver::resolve(const Question& question, QObject* context, Answered answered)
{
    // Lookups under way with the old servers fail; the last answers serve on until the next.
    if (!m_processing && (configurationChanged() || !m_channel)) {
        const QScopedValueRollback processing(m_processing, true);
        m_channel.reset();
        if (!openChannel()) {
            m_channel.reset();
            m_timer.stop();
        }
    }
    if (!m_channel) {
        answered(failure(dnsError(question.name, QStringLiteral("no resolver"))));
        return;
    }
    // c-ares answers at once what needs no server, such as an address; whoever hears that may ask again.
    const QScopedValueRollback processing(m_processing, true);
    auto lookup = std::make_shared<Lookup>(Lookup{*this, question, context, std::move(answered)});
    const std::string name = question.name.toStdString();
    if (question.type == DnsRecordType::A)
        lookUpAddresses(std::move(lookup), {name, question.port});
    else
        ares_query(m_channel.get(), name.c_str(), 1 /* IN */, 33 /* SRV */, &DnsResolver::servicesFound,
                   new std::shared_ptr<Lookup>(std::move(lookup)));
    schedule();
}

void DnsResolver::servicesFound(void* pointer, int status, int, unsigned char* bytes, int size)
{
    const std::unique_ptr<std::shared_ptr<Lookup>> owned(static_cast<std::shared_ptr<Lookup>*>(pointer));
    const std::shared_ptr<Lookup> lookup = *owned;
    std::vector<ServiceRecord> targets;
    if (status == ARES_SUCCESS)
        targets = services(bytes, size, kMostTargets);
    else
        lookup->failed = QString::fromLatin1(ares_strerror(status));
    // Counted first: c-ares may answer at once.
    lookup->open = targets.size() + 1;
    for (const ServiceRecord& target : targets) {
        if (status != ARES_EDESTRUCTION)
            lookup->resolver.lookUpAddresses(lookup, target);
    }
    finishTarget(*lookup);
}

void DnsResolver::lookUpAddresses(std::shared_ptr<Lookup> lookup, const ServiceRecord& service)
{
    if (lookup->open == 0)
        lookup->open = 1;
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = ARES_AI_NOSORT;
    ares_getaddrinfo(m_channel.get(), service.name.c_str(), nullptr, &hints, &DnsResolver::addressesFound,
                     new Target{std::move(lookup), service});
}

void DnsResolver::addressesFound(void* pointer, int status, int, ares_addrinfo* found)
{
    const std::unique_ptr<Target> target(static_cast<Target*>(pointer));
    Lookup& lookup = *target->lookup;
    if (status == ARES_SUCCESS) {
        appendEndpoints(*found, target->service, kMostEndpoints, lookup.found);
        lookup.resolver.checkOtherFamily(target->lookup, *found);
        ares_freeaddrinfo(found);
    } else {
        lookup.failed = QString::fromLatin1(ares_strerror(status));
        // A spare's zone that is out of order must not freeze those that serve.
        const bool isSpare = target->service.priority > 0;
        lookup.lacksTargets |= !isSpare && status != ARES_ENOTFOUND && status != ARES_ENODATA;
    }
    finishTarget(lookup);
}

/// c-ares has succeeded with one family, whatever became of the other. Not two look-ups from the beginning:
/// each would go through the search domains by itself, and could end at another name.
void DnsResolver::checkOtherFamily(const std::shared_ptr<Lookup>& lookup, const ares_addrinfo& found)
{
    if (!m_channel) { // it is ending, and the other family's question with it
        lookup->lacksFamily = true;
        lookup->failed = QString::fromLatin1(ares_strerror(ARES_EDESTRUCTION));
        return;
    }
    const int family = onlyFamily(found);
    if (family == AF_UNSPEC || !found.name || isKnownWithoutServer(found.name))
        return;
    ++lookup->open;
    ares_query(m_channel.get(), found.name, 1 /* IN */, family == AF_INET ? 28 /* AAAA */ : 1 /* A */,
               &DnsResolver::otherFamilyFound, new std::shared_ptr<Lookup>(lookup));
}

bool DnsResolver::isKnownWithoutServer(const char* name) const
{
    std::array<unsigned char, 16> address{};
    if (::inet_pton(AF_INET, name, address.data()) == 1 || ::inet_pton(AF_INET6, name, address.data()) == 1)
        return true;
    if (!m_settings.servers.isEmpty())
        return false;
    hostent* found = nullptr; // in /etc/hosts
    const bool isThere = ares_gethostbyname_file(m_channel.get(), name, AF_INET, &found) == ARES_SUCCESS ||
                         ares_gethostbyname_file(m_channel.get(), name, AF_INET6, &found) == ARES_SUCCESS;
    if (isThere)
        ares_free_hostent(found);
    return isThere;
}

void DnsResolver::otherFamilyFound(void* pointer, int status, int, unsigned char* bytes, int size)
{
    const std::unique_ptr<std::shared_ptr<Lookup>> owned(static_cast<std::shared_ptr<Lookup>*>(pointer));
    Lookup& lookup = **owned;
    const bool isKnown = status == ARES_ENODATA || status == ARES_ENOTFOUND ||
                         (status == ARES_SUCCESS && !hasAddress(bytes, size));
    if (!isKnown) {
        lookup.lacksFamily = true;
        lookup.failed = status == ARES_SUCCESS ? QStringLiteral("the addresses of one family did not come")
                                               : QString::fromLatin1(ares_strerror(status));
    }
    finishTarget(lookup);
}

void DnsResolver::finishTarget(Lookup& lookup)
{
    if (--lookup.open > 0)
        return;
    sortEndpoints(lookup.found, kMostEndpoints);
    if (!lookup.context)
        return;
    if (lookup.found.empty())
        lookup.answered(
            failure(dnsError(lookup.question.name,
                             lookup.failed.isEmpty() ? QStringLiteral("it has no address") : lookup.failed)));
    else
        lookup.answered(Found{std::move(lookup.found),
                              lookup.lacksTargets || lookup.lacksFamily ? lookup.failed : QString(),
                              lookup.lacksTargets});
}

void DnsResolver::watch(int fd, bool read, bool write)
{
    Notifiers& notifiers = m_notifiers[fd];
    const auto set = [this, fd](std::unique_ptr<QSocketNotifier>& notifier, QSocketNotifier::Type type,
                                bool on) {
        if (!on && notifier) {
            notifier->setEnabled(false);
            notifier.release()->deleteLater(); // it may be the one that calls
        } else if (on && !notifier) {
            notifier = std::make_unique<QSocketNotifier>(fd, type);
            connect(notifier.get(), &QSocketNotifier::activated, this, [this, fd, type] {
                const bool reads = type == QSocketNotifier::Read;
                process(reads ? fd : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : fd);
            });
        }
    };
    set(notifiers.read, QSocketNotifier::Read, read);
    set(notifiers.write, QSocketNotifier::Write, write);
    if (!read && !write)
        m_notifiers.erase(fd);
}

void DnsResolver::process(int readable, int writable)
{
    if (!m_channel)
        return;
    const QScopedValueRollback processing(m_processing, true);
    ares_process_fd(m_channel.get(), readable, writable);
    schedule();
}

void DnsResolver::schedule()
{
    timeval time{};
    if (const timeval* next = ares_timeout(m_channel.get(), nullptr, &time))
        m_timer.start(static_cast<int>(next->tv_sec * 1000 + next->tv_usec / 1000 + 1));
    else
        m_timer.stop();
}

} // namespace postern
