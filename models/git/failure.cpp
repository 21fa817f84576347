#include "models/git/failure.h"

#include <QRegularExpression>

namespace postern {

namespace {

struct Meaning
{
    const char* pattern;
    Error::Kind kind;
    Error::Fault fault;
    bool retryable;
    const char* reason;
};

using Kind = Error::Kind;
using Fault = Error::Fault;

// The first that matches counts, so the narrow ones stand before the wide ones they come with.
constexpr Meaning kMeanings[] = {
    {"dubious ownership", Kind::Denied, Fault::Environment, false,
     "the clone belongs to another user (see git's safe.directory)"},
    {"Please tell me who you are|empty ident name|unable to auto-detect email|auto-detection is "
     "disabled|user\\.useConfigOnly",
     Kind::Invalid, Fault::Configuration, false,
     "git does not know who you are: set user.name and user.email"},
    {"gpg failed to sign|failed to sign the data|incorrect passphrase|Load key .*:|user\\.signingkey|"
     "cannot run gpg|secret key not available|No secret key",
     Kind::Denied, Fault::Configuration, false,
     "the commit could not be signed: the key is missing, or it needs a passphrase that nothing could ask "
     "for "
     "(unlock it in its agent)"},
    {"hook declined|protected branch|GH006|pre-receive|denied by|You are not allowed to push|not allowed to",
     Kind::Denied, Fault::Upstream, false, "the remote refuses it"},
    {"\\[remote rejected\\]", Kind::Denied, Fault::Upstream, false, "the remote refuses it"},
    {"Authentication failed|could not read Username|could not read Password|terminal prompts disabled|"
     "Permission denied \\(|Host key verification failed|HTTP 40[13]|returned error: 40[13]",
     Kind::Denied, Fault::Configuration, false, "the remote does not accept your credentials"},
    {"unable to create '.*\\.lock'|Unable to create '.*\\.lock'|cannot lock ref", Kind::Conflict,
     Fault::Environment, true, "another git works in this clone, or left its lock file behind"},
    {"No space left on device|Disk quota exceeded", Kind::Exhausted, Fault::Environment, true,
     "the disk is full"},
    {"Repository not found|does not appear to be a git repository|repository '.*' not found|No such remote",
     Kind::NotFound, Fault::Configuration, false, "there is no such repository"},
    {"couldn't find remote ref|Remote branch .* not found", Kind::NotFound, Fault::Configuration, false,
     "the remote has no such branch"},
    {"Could not resolve host|Connection refused|Connection timed out|Connection reset|No route to host|"
     "Network is unreachable|Operation timed out|unable to access|early EOF|hung up|"
     "Could not read from remote repository|Temporary failure in name resolution|returned error: 5\\d\\d",
     Kind::Unavailable, Fault::Environment, true, "the remote cannot be reached"},
    {"not a git repository", Kind::NotFound, Fault::Configuration, false, "it is not a git repository"},
    {"cannot change to|No such file or directory", Kind::NotFound, Fault::Configuration, false,
     "there is no such folder or file"},
    {"[Nn]ot a valid object name|Needed a single revision|unknown revision|bad revision|invalid object",
     Kind::NotFound, Fault::Client, false, "there is no such revision"},
    {"Permission denied", Kind::Denied, Fault::Environment, false, "a file of the clone may not be written"},
};

} // namespace

QString gitWords(const QByteArray& err)
{
    constexpr qsizetype most = 2000;
    QStringList lines;
    for (const QByteArray& part : QByteArray(err).replace('\r', '\n').split('\n')) {
        const QString line = QString::fromUtf8(part).trimmed();
        static const QRegularExpression noise(QStringLiteral("\\d% \\(|^hint:|^(remote:)?$"));
        if (!line.isEmpty() && !noise.match(line).hasMatch())
            lines << line;
    }
    static const QRegularExpression credentials(QStringLiteral("://[^@/\\s]+@"));
    QString words = lines.join(u'\n').replace(credentials, QStringLiteral("://…@"));
    return words.size() <= most ? words : QStringLiteral("… ") + words.right(most);
}

Error gitFailure(const QString& what, const GitOutput& output)
{
    const QString words = gitWords(output.err);
    Error error{.kind = Kind::Internal,
                .fault = Fault::Environment,
                .retryable = false,
                .message = QStringLiteral("%1: git ended with %2").arg(what).arg(output.exitCode),
                .place = {},
                .cause = {}};
    for (const Meaning& meaning : kMeanings) {
        const QRegularExpression pattern(QString::fromLatin1(meaning.pattern),
                                         QRegularExpression::MultilineOption);
        if (!pattern.match(words).hasMatch())
            continue;
        error.kind = meaning.kind;
        error.fault = meaning.fault;
        error.retryable = meaning.retryable;
        error.message = QStringLiteral("%1: %2").arg(what, QString::fromLatin1(meaning.reason));
        break;
    }
    if (!words.isEmpty())
        error.cause = std::make_shared<const Error>(Error{.kind = error.kind,
                                                          .fault = error.fault,
                                                          .retryable = error.retryable,
                                                          .message = words,
                                                          .place = {},
                                                          .cause = {}});
    return error;
}

} // namespace postern
