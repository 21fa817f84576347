#pragma once

#include "gateway/server/handover_channel.h"
#include "gateway/tls/secret_text.h"
#include "models/schema/address.h"

#include <QByteArray>
#include <QMap>

namespace postern {

/// One listener as it changes hands: every socket of it, since a client waits in the queue of exactly one.
struct HandoverListener
{
    QString name;
    SocketAddress asked; ///< as the document, or the command line, has it
    SocketAddress bound; ///< with port 0 asked for, the port it got
    std::vector<FileDescriptor> sockets;
};

/// What a gateway gives its successor. The admin listener is named `admin`, as in its event, and stands
/// apart: a document may have a listener of that name.
struct HandoverParcel
{
    QString api; ///< `namespace/name`: only a gateway of the same API may be the successor
    std::vector<HandoverListener> listeners;
    std::vector<HandoverListener> admin; ///< one, or none
    FileDescriptor handover;             ///< the socket at which the next successor will knock
    /// What else the successor should know, each part under its own name and in its own form; who does not
    /// know a name passes it over.
    QMap<QString, QByteArray> state;
    /// TicketKeys::serialised(); goes as one more part of the state.
    SecretText tickets;
};

/// Version of the messages. Members may be added to a message, and messages of a new kind be sent, without a
/// new version: both sides pass over what they do not know.
inline constexpr int handoverVersion = 1;

[[nodiscard]] Result<void> sendParcel(HandoverChannel& channel, const HandoverParcel& parcel);
/// Each socket listens, at the address that is said of it.
[[nodiscard]] Result<HandoverParcel> receiveParcel(HandoverChannel& channel);

} // namespace postern
