#pragma once

#include "gateway/server/handover_parcel.h"

#include <QStringList>

#include <memory>

namespace postern {

/// The newcomer's side of a hand-over: asks the process that runs for its sockets, and tells it when it is no
/// longer needed. Until then that process serves on, whatever becomes of this one. Owned by a gateway that
/// starts; blocks its thread.
class HandoverClaim
{
public:
    /// Null where nobody listens at \a path: then there is nothing to take over. Errors: whoever listens
    /// belongs to another user, refuses, or makes no sense.
    static Result<std::unique_ptr<HandoverClaim>> make(const QString& path);

    /// What was received; for its receiver to take.
    HandoverParcel parcel;

    /// To be asked before the first client is let in. Error: the other has changed its mind, as it does where
    /// this process took too long to start, and serves on. That it has died is none: then this process is the
    /// one that serves. Does not wait.
    [[nodiscard]] Result<void> stillOffered();
    /// This process serves: the other stops accepting on those of its listeners, and ends softly. Success
    /// also when it has died meanwhile, or is stuck: then this process is alone. Error: it has changed its
    /// mind, and serves on.
    [[nodiscard]] Result<void> ready(const QStringList& listeners, bool admin);

private:
    explicit HandoverClaim(HandoverChannel channel) : m_channel(std::move(channel)) {}

    [[nodiscard]] Result<void> hear(std::chrono::milliseconds patience);

    HandoverChannel m_channel;
};

} // namespace postern
