#include "gateway/server/handover_parcel.h"

#include "gateway/net/native_address.h"

#include <QJsonArray>

#include <sys/socket.h>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 10s;
// Of one hand-over: 256 workers with sixteen listeners.
constexpr std::size_t mostSockets = 4096;
constexpr int mostMessages = 1024;
/// What the keys of session tickets are called among the state.
const QString ticketsName = QStringLiteral("tls-tickets");

Error unexpected(const QString& what)
{
    return Error::environment(Error::Kind::Invalid, QStringLiteral("the other process sent %1").arg(what));
}

Result<void> sendListener(HandoverChannel& channel, const char* kind, const HandoverListener& listener)
{
    const QJsonObject message{{QStringLiteral("message"), QLatin1String(kind)},
                              {QStringLiteral("name"), listener.name},
                              {QStringLiteral("asked"), listener.asked.text()},
                              {QStringLiteral("bound"), listener.bound.text()}};
    std::vector<int> descriptors;
    for (const FileDescriptor& socket : listener.sockets)
        descriptors.push_back(socket.fd());
    for (std::span<const int> rest(descriptors); !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), HandoverChannel::mostDescriptors));
        if (auto sent = channel.send(message, some, patience); !sent)
            return sent;
        rest = rest.subspan(some.size());
    }
    return {};
}

Result<void> requireListening(const FileDescriptor& socket, const SocketAddress& bound)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    const auto address = localAddress(socket.fd());
    if (::getsockopt(socket.fd(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0 ||
        !address || *address != bound)
        return failure(
            unexpected(QStringLiteral("a descriptor that does not listen on %1").arg(bound.text())));
    return {};
}

Result<void> addListener(std::vector<HandoverListener>& listeners, HandoverChannel::Message message)
{
    const QString name = message.object.value(QLatin1String("name")).toString();
    const auto asked = SocketAddress::parse(message.object.value(QLatin1String("asked")).toString());
    const auto bound = SocketAddress::parse(message.object.value(QLatin1String("bound")).toString());
    if (name.isEmpty() || !asked || !bound || message.descriptors.empty())
        return failure(unexpected(QStringLiteral("a listener without its name, addresses or sockets")));
    for (const FileDescriptor& socket : message.descriptors)
        if (auto listens = requireListening(socket, *bound); !listens)
            return listens;
    auto known = std::ranges::find(listeners, name, &HandoverListener::name);
    if (known == listeners.end())
        known = listeners.insert(known, HandoverListener{name, *asked, *bound, {}});
    std::ranges::move(message.descriptors, std::back_inserter(known->sockets));
    return {};
}

Result<void> sendState(HandoverChannel& channel, const QString& name, const QByteArray& value)
{
    return channel.send({{QStringLiteral("message"), QStringLiteral("state")},
                         {QStringLiteral("name"), name},
                         {QStringLiteral("value"), QString::fromLatin1(value.toBase64())}},
                        {}, patience);
}

void addState(HandoverParcel& parcel, const QJsonObject& message)
{
    const QString name = message.value(QLatin1String("name")).toString();
    QByteArray value = QByteArray::fromBase64(message.value(QLatin1String("value")).toString().toLatin1());
    if (name != ticketsName) {
        parcel.state.insert(name, value);
        return;
    }
    const auto size = static_cast<std::size_t>(value.size());
    parcel.tickets = std::string_view(value.constData(), size);
    cleanse(value.data(), size);
}

} // namespace

Result<void> sendParcel(HandoverChannel& channel, const HandoverParcel& parcel)
{
    for (const HandoverListener& listener : parcel.listeners)
        if (auto sent = sendListener(channel, "listener", listener); !sent)
            return sent;
    for (const HandoverListener& listener : parcel.admin)
        if (auto sent = sendListener(channel, "admin", listener); !sent)
            return sent;
    for (auto part = parcel.state.begin(); part != parcel.state.end(); ++part) {
        if (auto sent = sendState(channel, part.key(), part.value()); !sent)
            return sent;
    }
    const auto tickets =
        QByteArray::fromRawData(parcel.tickets.data(), static_cast<qsizetype>(parcel.tickets.size()));
    if (auto sent = sendState(channel, ticketsName, tickets); !sent)
        return sent;
    const int next = parcel.handover.fd();
    return channel.send({{QStringLiteral("message"), QStringLiteral("parcel")},
                         {QStringLiteral("version"), handoverVersion},
                         {QStringLiteral("api"), parcel.api}},
                        std::span(&next, 1), patience);
}

Result<HandoverParcel> receiveParcel(HandoverChannel& channel)
{
    HandoverParcel parcel;
    std::size_t sockets = 0;
    for (int count = 0; count < mostMessages; ++count) {
        auto message = channel.receive(patience);
        if (!message)
            return failure(message.error());
        const QString kind = message->object.value(QLatin1String("message")).toString();
        if (kind == u"refused")
            return failure(
                Error::environment(Error::Kind::Unavailable,
                                   QStringLiteral("the other process hands nothing over: %1")
                                       .arg(message->object.value(QLatin1String("reason")).toString())));
        sockets += message->descriptors.size();
        if (sockets > mostSockets)
            break;
        if (kind == u"listener" || kind == u"admin") {
            auto& listeners = kind == u"admin" ? parcel.admin : parcel.listeners;
            if (auto added = addListener(listeners, std::move(*message)); !added)
                return failure(added.error());
        } else if (kind == u"state") {
            addState(parcel, message->object);
        } else if (kind == u"parcel") {
            if (message->descriptors.size() != 1)
                return failure(unexpected(QStringLiteral("no socket for the next hand-over")));
            parcel.api = message->object.value(QLatin1String("api")).toString();
            parcel.handover = std::move(message->descriptors.front());
            return parcel;
        }
    }
    return failure(unexpected(QStringLiteral("more than a gateway has")));
}

} // namespace postern
