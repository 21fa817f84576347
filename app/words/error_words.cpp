#include "app/words/error_words.h"

#include <QCoreApplication>

namespace postern {
namespace {

struct ErrorWords
{
    Q_DECLARE_TR_FUNCTIONS(ErrorWords)

public:
    static QString advice(Error::Kind kind);
    static QString sourceAdvice(const QString& source, Error::Kind kind);
    static QString name(const QString& source);
    static QString sentence(const QString& text)
    {
        return text.isEmpty() ? tr("Something failed without saying why.") : text;
    }
};

QString ErrorWords::advice(Error::Kind kind)
{
    switch (kind) {
    case Error::Kind::Invalid:
        return tr("Correct what is named above, then try again.");
    case Error::Kind::NotFound:
        return tr("Check the name; it may have been moved or removed.");
    case Error::Kind::Denied:
        return tr("Check that you may do this, and with which account you are signed in.");
    case Error::Kind::Conflict:
        return tr("Someone else changed the same lines. Look at their change, then apply yours again.");
    case Error::Kind::Unavailable:
        return tr("Check that it runs and can be reached from here, then try again.");
    case Error::Kind::TimedOut:
        return tr("It did not answer in time. Try again; if it stays slow, look at its own health.");
    case Error::Kind::Exhausted:
        return tr("A limit was reached. Ask for less, or raise the limit.");
    case Error::Kind::Unsupported:
        return tr("This is not built yet.");
    case Error::Kind::Internal:
        return tr("This is a fault in Postern. Please report it with the details.");
    }
    return {};
}

QString ErrorWords::sourceAdvice(const QString& source, Error::Kind kind)
{
    const bool reach = kind == Error::Kind::Unavailable || kind == Error::Kind::TimedOut;
    if (source == QLatin1String("prometheus") && reach)
        return tr("Check that Prometheus runs and that --prometheus names its address; a VPN or a "
                  "port-forward may be down.");
    if (source == QLatin1String("prometheus") && kind == Error::Kind::Denied)
        return tr("Prometheus, or a proxy before it, refused us. Check who may query it.");
    if (source == QLatin1String("fleet"))
        return tr("Correct the fleet file; it is read again as soon as it changes.");
    if (source == QLatin1String("repository") && reach)
        return tr("Check the network and that git fetch works in the clone; drafts are kept meanwhile.");
    if (source == QLatin1String("repository") && kind == Error::Kind::Denied)
        return tr("Git refused us: check your SSH key or credential helper with git fetch in the clone.");
    return advice(kind);
}

QString ErrorWords::name(const QString& source)
{
    if (source == QLatin1String("prometheus"))
        return tr("Prometheus");
    if (source == QLatin1String("fleet"))
        return tr("Fleet file");
    if (source == QLatin1String("repository"))
        return tr("Repository");
    return source;
}

} // namespace

FailureWords failureWords(const Error& error)
{
    return {.what = ErrorWords::sentence(error.message),
            .advice = ErrorWords::advice(error.kind),
            .details = error.text()};
}

FailureWords sourceFailureWords(const SourceState& state)
{
    if (!state.error)
        return {};
    FailureWords words = failureWords(*state.error);
    words.advice = ErrorWords::sourceAdvice(state.source, state.error->kind);
    return words;
}

QString sourceName(const QString& source) { return ErrorWords::name(source); }

} // namespace postern
