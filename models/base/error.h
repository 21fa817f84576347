#pragma once

#include <QString>

#include <memory>

namespace postern {

/// Where in the user's material an error lies. Unknown parts are empty or 0.
struct Place
{
    QString file;
    int line = 0;   ///< from 1
    int column = 0; ///< from 1, in code points
    QString path;   ///< in the document, e.g. `spec.routes[2].policies[0].config.limit`

    /// `file:line:column`, as compilers and editors write it; empty when nothing is known.
    [[nodiscard]] QString text() const;

    friend bool operator==(const Place&, const Place&) = default;
};

/// What went wrong, whose fault it is, and where. A value: copied freely, passed between threads.
struct Error
{
    enum class Kind {
        Invalid,     ///< input that breaks a rule
        NotFound,    ///< something named does not exist
        Denied,      ///< not allowed
        Conflict,    ///< the state changed underneath
        Unavailable, ///< a peer or a resource is away
        TimedOut,
        Exhausted,   ///< a limit or a resource ran out
        Unsupported, ///< understood, but not built
        Internal     ///< ours
    };
    enum class Fault { Client, Upstream, Configuration, Environment, Internal };

    Kind kind = Kind::Internal;
    Fault fault = Fault::Internal;
    bool retryable = false;
    QString message; ///< one sentence: what happened, to what
    Place place;
    std::shared_ptr<const Error> cause;

    /// The message with its place and its causes: `accounts.yaml:3:5: … : because …`.
    [[nodiscard]] QString text() const;

    /// The same error, met while doing something larger.
    [[nodiscard]] Error wrappedIn(const QString& what) const;

    static Error invalid(const QString& message, const Place& place = {});
    static Error environment(Kind kind, const QString& message);
    /// From `errno`: \a what names the call and its object.
    static Error fromErrno(const QString& what, int errorNumber);
};

} // namespace postern
