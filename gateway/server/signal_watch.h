#pragma once

#include "gateway/event/epoll_dispatcher.h"
#include "gateway/event/file_descriptor.h"

#include <functional>
#include <initializer_list>
#include <memory>

namespace postern {

/// Signals as events of a thread's loop, where code may do anything. Made before any other thread starts, as
/// threads inherit what is blocked. Owned by the program's main function, on the main thread.
class SignalWatch final : private FdHandler
{
public:
    static Result<std::unique_ptr<SignalWatch>> create(EpollDispatcher& dispatcher,
                                                       std::initializer_list<int> signals,
                                                       std::function<void(int)> received);
    ~SignalWatch();

private:
    SignalWatch(EpollDispatcher& dispatcher, FileDescriptor signals, std::function<void(int)> received);
    void ready(FdEvents events) override;

    EpollDispatcher& m_dispatcher;
    FileDescriptor m_signals;
    std::function<void(int)> m_received;
    FdToken m_token;
};

} // namespace postern
