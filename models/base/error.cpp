#include "models/base/error.h"

#include <QStringList>

#include <cerrno>
#include <system_error>

namespace postern {

QString Place::text() const
{
    if (line == 0)
        return file;
    return QStringLiteral("%1:%2:%3").arg(file).arg(line).arg(column);
}

QString Error::text() const
{
    QStringList parts;
    if (const QString where = place.text(); !where.isEmpty())
        parts << where;
    parts << message;
    for (const Error* error = cause.get(); error; error = error->cause.get())
        parts << error->message;
    return parts.join(QStringLiteral(": "));
}

Error Error::wrappedIn(const QString& what) const
{
    Error outer = *this;
    outer.message = what;
    outer.cause = std::make_shared<const Error>(*this);
    return outer;
}

Error Error::invalid(const QString& message, const Place& place)
{
    return {.kind = Kind::Invalid, .fault = Fault::Configuration, .message = message, .place = place, .cause = {}};
}

Error Error::environment(Kind kind, const QString& message)
{
    return {.kind = kind,
            .fault = Fault::Environment,
            .retryable = kind == Kind::Unavailable || kind == Kind::TimedOut || kind == Kind::Exhausted,
            .message = message,
            .place = {},
            .cause = {}};
}

Error Error::fromErrno(const QString& what, int errorNumber)
{
    const bool passing = errorNumber == EAGAIN || errorNumber == EINTR || errorNumber == EMFILE
                         || errorNumber == ENFILE || errorNumber == ECONNREFUSED || errorNumber == ETIMEDOUT;
    const QString reason = QString::fromStdString(std::system_category().message(errorNumber));
    return {.kind = errorNumber == ENOENT ? Kind::NotFound : errorNumber == EACCES ? Kind::Denied : Kind::Unavailable,
            .fault = Fault::Environment,
            .retryable = passing,
            .message = QStringLiteral("%1: %2").arg(what, reason),
            .place = {},
            .cause = {}};
}

} // namespace postern
