#include "app/demo/platform/seed_repository.h"

#include "app/demo/demo_api.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QProcessEnvironment>

namespace postern::demo {

namespace {

const QString kResources = QStringLiteral(":/demo/");

Failure missing(const QString& what)
{
    return failure({.kind = Error::Kind::Internal,
                    .fault = Error::Fault::Internal,
                    .retryable = false,
                    .message = what,
                    .place = {},
                    .cause = {}});
}

Result<QByteArray> resource(const QString& path)
{
    QFile file(kResources + path);
    if (!file.open(QIODevice::ReadOnly))
        return missing(QStringLiteral("The demo lacks its document %1").arg(path));
    return file.readAll();
}

// The user's configuration (templates, hooks, signing) plays no part in the demo's own repositories.
Result<QByteArray> git(const QString& directory, const QStringList& arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("GIT_CONFIG_GLOBAL"), QStringLiteral("/dev/null"));
    environment.insert(QStringLiteral("GIT_CONFIG_NOSYSTEM"), QStringLiteral("1"));
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"})
        environment.remove(QLatin1String(name));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(directory);
    process.start(QStringLiteral("git"), arguments);
    process.closeWriteChannel();
    if (!process.waitForFinished(30000) || process.exitCode() != 0)
        return failure(Error::environment(
            Error::Kind::Unavailable,
            QStringLiteral("git %1 failed: %2")
                .arg(arguments.join(u' '),
                     QString::fromUtf8(process.readAllStandardError() + process.errorString().toUtf8()))));
    return process.readAllStandardOutput();
}

Result<void> gitAll(const QString& directory, const QList<QStringList>& commands)
{
    for (const QStringList& arguments : commands) {
        if (const Result<QByteArray> done = git(directory, arguments); !done)
            return failure(done.error());
    }
    return {};
}

QStringList words(const char* text) { return QString::fromLatin1(text).split(u' '); }

Result<void> writeFiles(const QString& directory, const QHash<QString, QByteArray>& files)
{
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        const QString path = directory + u'/' + it.key();
        QFile file(path);
        if (!QDir().mkpath(QFileInfo(path).path()) || !file.open(QIODevice::WriteOnly) ||
            file.write(it.value()) != it.value().size())
            return failure(
                Error::environment(Error::Kind::Unavailable,
                                   QStringLiteral("%1 cannot be written: %2").arg(path, file.errorString())));
    }
    return {};
}

// What the console's own git must find: an identity, and nothing of the user's that could ask or refuse.
QList<QStringList> cloneConfiguration(const QString& clone)
{
    return {
        words("config user.name Demo-Operator"),
        words("config user.email operator@bank.example"),
        words("config commit.gpgsign false"),
        words("config push.gpgsign false"),
        {QStringLiteral("config"), QStringLiteral("core.hooksPath"), clone + QStringLiteral("/.git/hooks")}};
}

} // namespace

Result<QHash<QString, QByteArray>> renderDocuments(const QHash<QString, quint16>& originPorts,
                                                   const std::vector<TokenKey>& keys)
{
    QJsonArray jwks;
    for (const TokenKey& key : keys) {
        const Result<QJsonObject> jwk = key.publicJwk();
        if (!jwk)
            return failure(jwk.error());
        jwks.append(*jwk);
    }
    QHash<QString, QByteArray> files;
    for (const DemoApi& api : demoApis()) {
        Result<QByteArray> text = resource(api.documentFile());
        if (!text)
            return failure(text.error());
        if (!originPorts.contains(api.name) || !text->contains(api.originAddress))
            return missing(
                QStringLiteral("The document of %1 and the demo's origin do not match").arg(api.name));
        text->replace(api.originAddress, "127.0.0.1:" + QByteArray::number(originPorts.value(api.name)));
        files.insert(api.documentFile(), *text);
        files.insert(api.keysFile(), QJsonDocument(QJsonObject{{QStringLiteral("keys"), jwks}}).toJson());
    }
    for (const auto& [from, to] :
         {std::pair{QStringLiteral("baselines/payments.yaml"), QStringLiteral("baselines/payments.yaml")},
          {QStringLiteral("repository.md"), QStringLiteral("README.md")}}) {
        const Result<QByteArray> text = resource(from);
        if (!text)
            return failure(text.error());
        files.insert(to, *text);
    }
    return files;
}

Result<SeedRepository> SeedRepository::create(const QString& directory,
                                              const QHash<QString, quint16>& originPorts,
                                              const std::vector<TokenKey>& keys)
{
    SeedRepository seed{.bare = directory + QStringLiteral("/gateways.git"),
                        .clone = directory + QStringLiteral("/gateways"),
                        .revision = {}};
    const Result<QHash<QString, QByteArray>> files = renderDocuments(originPorts, keys);
    if (!files)
        return failure(files.error());
    Result<void> done = gitAll(directory, {words("init --quiet --bare --initial-branch=main gateways.git"),
                                           words("clone --quiet gateways.git gateways"),
                                           words("-C gateways symbolic-ref HEAD refs/heads/main")});
    if (done)
        done = writeFiles(seed.clone, *files);
    if (done)
        done = gitAll(seed.clone, cloneConfiguration(seed.clone));
    if (done)
        done = gitAll(seed.clone, {words("add ."),
                                   {QStringLiteral("commit"), QStringLiteral("--quiet"), QStringLiteral("-m"),
                                    QStringLiteral("Six APIs and what governs them")},
                                   words("push --quiet --set-upstream origin main")});
    if (!done)
        return failure(done.error());
    const Result<QByteArray> revision = git(seed.clone, words("rev-parse HEAD"));
    if (!revision)
        return failure(revision.error());
    seed.revision = QString::fromLatin1(*revision).trimmed();
    return seed;
}

} // namespace postern::demo
