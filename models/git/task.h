#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace postern {

/// A coroutine that ends with a T: lets the steps of a Git operation stand one below the other although each
/// waits for a process. Starts when it is awaited or start()ed, stays in one thread, and owns its frame:
/// destroying it ends it where it waits, and destroys what it holds.
template<typename T>
class [[nodiscard]] Task
{
public:
    struct promise_type
    {
        std::optional<T> value;
        std::coroutine_handle<> continuation;

        Task get_return_object() { return Task(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept { return BackToCaller(); }
        template<typename U>
        void return_value(U&& result)
        {
            value.emplace(std::forward<U>(result));
        }
        // Nothing here throws but out of memory, after which there is nothing to save.
        void unhandled_exception() noexcept { std::terminate(); }
    };
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    Task(Task&& other) noexcept : m_handle(std::exchange(other.m_handle, {})) {}
    Task& operator=(Task&& other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task()
    {
        if (m_handle)
            m_handle.destroy();
    }

    /// Runs it to its first wait; for the outermost task, that nobody awaits.
    void start() { m_handle.resume(); }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept
    {
        m_handle.promise().continuation = caller;
        return m_handle;
    }
    T await_resume() { return std::move(*m_handle.promise().value); }

private:
    struct BackToCaller
    {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle ended) noexcept
        {
            const std::coroutine_handle<> caller = ended.promise().continuation;
            return caller ? caller : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };

    explicit Task(Handle handle) : m_handle(handle) {}

    Handle m_handle;
};

} // namespace postern
