#pragma once

#include "gateway/server/event_line.h"
#include "gateway/server/handover_parcel.h"

#include <QStringList>

#include <memory>
#include <thread>

namespace postern {

/// Whose sockets are offered. Called on the offer's thread.
class HandoverOwner
{
public:
    /// Duplicates of everything, to be sent; nothing of it is changed until withdraw() or release(). An
    /// error is told to the newcomer.
    [[nodiscard]] virtual Result<HandoverParcel> offer() = 0;
    /// The newcomer came to nothing: all stays as it was.
    virtual void withdraw() = 0;
    /// The newcomer accepts on \a listeners, and on the admin listener where \a admin says so. When this
    /// returns, this process does not any more; it begins to drain.
    virtual void release(const QStringList& listeners, bool admin) = 0;

protected:
    ~HandoverOwner() = default;
};

/// Waits for a successor, and hands the gateway's sockets over to the first that becomes ready; a successor
/// that fails at any step changes nothing. Owned by the gateway; a thread of its own, as it is made of waits.
class HandoverOffer
{
public:
    /// A newcomer reads its configuration, its keys, its rule sets.
    static constexpr std::chrono::milliseconds startingTime{60'000};

    /// \a listening listens already; \a owner outlives this. Nobody is served before begin(). A newcomer that
    /// is not ready after \a starting is refused.
    static Result<std::unique_ptr<HandoverOffer>> create(FileDescriptor listening, HandoverOwner& owner,
                                                         EventSink events,
                                                         std::chrono::milliseconds starting = startingTime);
    void begin();
    ~HandoverOffer(); ///< ends waiting at once
    HandoverOffer(const HandoverOffer&) = delete;
    HandoverOffer& operator=(const HandoverOffer&) = delete;

private:
    HandoverOffer(FileDescriptor listening, FileDescriptor stop, HandoverOwner& owner, EventSink events,
                  std::chrono::milliseconds starting);
    void run();
    /// Nothing once this process ends.
    [[nodiscard]] FileDescriptor nextNewcomer() const;
    [[nodiscard]] Result<void> serve(HandoverChannel& channel);
    [[nodiscard]] Result<void> handOver(HandoverChannel& channel);

    FileDescriptor m_listening;
    FileDescriptor m_stop; ///< readable when this ends
    HandoverOwner& m_owner;
    const EventSink m_events;
    const std::chrono::milliseconds m_starting;
    std::thread m_thread;
};

} // namespace postern
