#include "gateway/server/handover_offer.h"

#include <QJsonArray>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 10s;
// Out of descriptors: not to be tried again at once.
constexpr int restAfterFailure = 100; // milliseconds

QJsonObject refused(const QString& reason)
{
    return {{QStringLiteral("message"), QStringLiteral("refused")}, {QStringLiteral("reason"), reason}};
}

Error notExpected(const QString& what)
{
    return Error::environment(Error::Kind::Invalid, QStringLiteral("the newcomer sent %1").arg(what));
}

} // namespace

Result<std::unique_ptr<HandoverOffer>> HandoverOffer::create(FileDescriptor listening, HandoverOwner& owner,
                                                             EventSink events,
                                                             std::chrono::milliseconds starting)
{
    FileDescriptor stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop.isOpen())
        return failure(Error::fromErrno(QStringLiteral("eventfd"), errno));
    return std::unique_ptr<HandoverOffer>(
        new HandoverOffer(std::move(listening), std::move(stop), owner, std::move(events), starting));
}

HandoverOffer::HandoverOffer(FileDescriptor listening, FileDescriptor stop, HandoverOwner& owner,
                             EventSink events, std::chrono::milliseconds starting)
    : m_listening(std::move(listening))
    , m_stop(std::move(stop))
    , m_owner(owner)
    , m_events(std::move(events))
    , m_starting(starting)
{}

void HandoverOffer::begin()
{
    m_thread = std::thread([this] { run(); });
}

HandoverOffer::~HandoverOffer()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t told = ::write(m_stop.fd(), &one, sizeof one);
    if (m_thread.joinable())
        m_thread.join();
}

void HandoverOffer::run()
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr); // signals are for the main thread
    pthread_setname_np(pthread_self(), "handover");
    for (;;) {
        FileDescriptor newcomer = nextNewcomer();
        if (!newcomer.isOpen())
            return;
        HandoverChannel channel(std::move(newcomer), m_stop.fd());
        const auto served = serve(channel);
        if (served) {
            m_listening.reset(); // the successor listens here now; should it die, nobody must seem to
            return;
        }
        [[maybe_unused]] const auto told = channel.send(refused(served.error().message), {}, patience);
        m_events(EventLine("handover").add("result", "failed").add("reason", served.error().text()));
    }
}

FileDescriptor HandoverOffer::nextNewcomer() const
{
    int rest = -1;
    for (;;) {
        // While resting the listening socket is not looked at.
        std::array<pollfd, 2> entries{
            {{m_stop.fd(), POLLIN, 0}, {rest < 0 ? m_listening.fd() : -1, POLLIN, 0}}};
        const int ready = ::poll(entries.data(), entries.size(), rest);
        if (entries[0].revents != 0 || (ready < 0 && errno != EINTR))
            return {};
        rest = -1;
        if (ready <= 0 || entries[1].revents == 0)
            continue;
        FileDescriptor newcomer(::accept4(m_listening.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (newcomer.isOpen())
            return newcomer;
        if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED)
            rest = restAfterFailure;
    }
}

Result<void> HandoverOffer::serve(HandoverChannel& channel)
{
    if (auto ours = channel.requireOurUser(); !ours)
        return ours;
    const auto hello = channel.receive(patience);
    if (!hello)
        return failure(hello.error());
    if (hello->object.value(QLatin1String("message")).toString() != u"hello")
        return failure(notExpected(QStringLiteral("no greeting")));
    if (const int version = hello->object.value(QLatin1String("version")).toInt(); version != handoverVersion)
        return failure(notExpected(
            QStringLiteral("version %1, this process speaks %2").arg(version).arg(handoverVersion)));
    auto handed = handOver(channel);
    if (!handed)
        m_owner.withdraw();
    return handed;
}

Result<void> HandoverOffer::handOver(HandoverChannel& channel)
{
    {
        auto parcel = m_owner.offer();
        if (!parcel)
            return failure(parcel.error());
        FileDescriptor next(::fcntl(m_listening.fd(), F_DUPFD_CLOEXEC, 0));
        if (!next.isOpen())
            return failure(Error::fromErrno(QStringLiteral("dup"), errno));
        parcel->handover = std::move(next);
        if (auto sent = sendParcel(channel, *parcel); !sent)
            return sent;
    } // the duplicates are closed: what is held from here on is what was held before
    const auto ready = channel.receive(m_starting);
    if (!ready)
        return failure(ready.error());
    if (ready->object.value(QLatin1String("message")).toString() != u"ready")
        return failure(notExpected(QStringLiteral("no \"ready\"")));
    QStringList listeners;
    for (const QJsonValue name : ready->object.value(QLatin1String("listeners")).toArray())
        listeners.append(name.toString());
    const bool admin = ready->object.value(QLatin1String("admin")).toBool();
    m_events(EventLine("handover")
                 .add("result", "handed-over")
                 .add("listeners", QJsonArray::fromStringList(listeners)));
    m_owner.release(listeners, admin);
    // Where this fails the successor has died, or hears nothing: it is the one that serves, all the same.
    [[maybe_unused]] const auto told =
        channel.send({{QStringLiteral("message"), QStringLiteral("released")}}, {}, patience);
    return {};
}

} // namespace postern
