#include "gateway/server/handover_claim.h"

#include "gateway/server/handover_address.h"

#include <QJsonArray>

namespace postern {

using namespace std::chrono_literals;

namespace {
constexpr auto patience = 10s;
} // namespace

Result<std::unique_ptr<HandoverClaim>> HandoverClaim::make(const QString& path)
{
    const auto failed = [&path](const Error& error) {
        return failure(error.wrappedIn(QStringLiteral("--handover %1").arg(path)));
    };
    auto socket = connectForHandover(path);
    if (!socket)
        return failure(socket.error());
    if (!*socket)
        return std::unique_ptr<HandoverClaim>();
    std::unique_ptr<HandoverClaim> claim(new HandoverClaim(HandoverChannel(std::move(**socket))));
    if (auto ours = claim->m_channel.requireOurUser(); !ours)
        return failed(ours.error());
    if (auto sent = claim->m_channel.send({{QStringLiteral("message"), QStringLiteral("hello")},
                                           {QStringLiteral("version"), handoverVersion}},
                                          {}, patience);
        !sent)
        return failed(sent.error());
    auto parcel = receiveParcel(claim->m_channel);
    if (!parcel)
        return failed(parcel.error());
    claim->parcel = std::move(*parcel);
    return claim;
}

Result<void> HandoverClaim::stillOffered() { return hear(0ms); }

Result<void> HandoverClaim::ready(const QStringList& listeners, bool admin)
{
    // Where the other has gone this fails; what it said last is still to be read.
    [[maybe_unused]] const auto sent =
        m_channel.send({{QStringLiteral("message"), QStringLiteral("ready")},
                        {QStringLiteral("listeners"), QJsonArray::fromStringList(listeners)},
                        {QStringLiteral("admin"), admin}},
                       {}, patience);
    return hear(patience);
}

Result<void> HandoverClaim::hear(std::chrono::milliseconds time)
{
    const auto answer = m_channel.receive(time);
    if (answer && answer->object.value(QLatin1String("message")).toString() == u"refused")
        return failure(Error::environment(
            Error::Kind::Unavailable, QStringLiteral("--handover: the other process serves on: %1")
                                          .arg(answer->object.value(QLatin1String("reason")).toString())));
    return {};
}

} // namespace postern
