#include "models/git/draft_store.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <algorithm>

namespace postern {

namespace {

constexpr int kVersion = 1;
constexpr qint64 kMaxBytes = 16 * 1024 * 1024; // two documents of 1 MiB, escaped at the worst
const QString kSuffix = QStringLiteral(".draft.json");

QString pathOf(const QString& directory, const QString& id) { return directory + u'/' + id + kSuffix; }

Error unreadable(const QString& path, const QString& why)
{
    return Error::invalid(QStringLiteral("The draft cannot be read: %1").arg(why),
                          {.file = path, .path = {}});
}

QByteArray serialise(const Draft& draft)
{
    QJsonObject object;
    object.insert(QStringLiteral("version"), kVersion);
    object.insert(QStringLiteral("repository"), draft.repository);
    object.insert(QStringLiteral("file"), draft.file);
    object.insert(QStringLiteral("base"), draft.base);
    object.insert(QStringLiteral("baseText"), draft.baseText);
    object.insert(QStringLiteral("text"), draft.text);
    object.insert(QStringLiteral("message"), draft.message);
    object.insert(QStringLiteral("savedAt"), draft.savedAt.toString(Qt::ISODateWithMs));
    return QJsonDocument(object).toJson();
}

Result<void> discardFile(const QString& directory, const QString& id)
{
    QFile file(pathOf(directory, id));
    if (file.exists() && !file.remove())
        return failure(Error::environment(
            Error::Kind::Denied,
            QStringLiteral("The draft %1 cannot be removed: %2").arg(file.fileName(), file.errorString())));
    return {};
}

} // namespace

QString Draft::id() const
{
    const QByteArray name = (repository + u'\n' + file).toUtf8();
    return QString::fromLatin1(QCryptographicHash::hash(name, QCryptographicHash::Sha256).toHex().left(32));
}

DraftStore::DraftStore(const QString& directory, QObject* parent) : QObject(parent), m_directory(directory)
{
    // One at a time, so that texts of one draft cannot overtake each other.
    m_writer.setMaxThreadCount(1);
}

DraftStore::~DraftStore() { m_writer.waitForDone(); }

void DraftStore::save(const Draft& draft)
{
    Draft stamped = draft;
    stamped.savedAt = QDateTime::currentDateTimeUtc();
    const QString id = stamped.id();
    const QMutexLocker locker(&m_lock);
    m_waiting.insert(id, std::move(stamped));
    enqueue();
}

void DraftStore::discard(const QString& id)
{
    const QMutexLocker locker(&m_lock);
    m_waiting.insert(id, std::nullopt);
    enqueue();
}

void DraftStore::enqueue()
{
    // One that waits its turn will take this draft along.
    if (m_waiting.size() == 1)
        m_writer.start([this] { writeWaiting(); });
}

void DraftStore::writeWaiting()
{
    QHash<QString, std::optional<Draft>> drafts;
    {
        const QMutexLocker locker(&m_lock);
        drafts.swap(m_waiting);
    }
    for (auto it = drafts.cbegin(); it != drafts.cend(); ++it) {
        const bool keeping = it->has_value();
        const Result<void> done = keeping ? write(m_directory, **it) : discardFile(m_directory, it.key());
        // Signals reach receivers of the application's thread through its event loop.
        if (!done)
            Q_EMIT failed(it.key(), done.error());
        else if (keeping)
            Q_EMIT saved(it.key());
        else
            Q_EMIT discarded(it.key());
    }
}

void DraftStore::load()
{
    m_writer.start([this] {
        std::vector<Draft> drafts;
        std::vector<Error> errors;
        const QDir directory(m_directory);
        for (const QString& name : directory.entryList({u'*' + kSuffix}, QDir::Files)) {
            if (Result<Draft> draft = read(directory.filePath(name)))
                drafts.push_back(std::move(*draft));
            else
                errors.push_back(draft.error());
        }
        std::ranges::sort(drafts, [](const Draft& a, const Draft& b) { return a.savedAt > b.savedAt; });
        Q_EMIT loaded(drafts, errors);
    });
}

Result<Draft> DraftStore::read(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(unreadable(path, file.errorString()));
    if (file.size() > kMaxBytes)
        return failure(unreadable(path, QStringLiteral("it is larger than %1 bytes").arg(kMaxBytes)));
    QJsonParseError parsed;
    const QJsonObject object = QJsonDocument::fromJson(file.readAll(), &parsed).object();
    if (parsed.error != QJsonParseError::NoError)
        return failure(unreadable(path, parsed.errorString()));
    if (object.value(QLatin1String("version")).toInt() != kVersion)
        return failure(unreadable(path, QStringLiteral("it is of another version of Postern")));
    const auto text = [&object](const char* key) { return object.value(QLatin1String(key)).toString(); };
    return Draft{.repository = text("repository"),
                 .file = text("file"),
                 .base = text("base"),
                 .baseText = text("baseText"),
                 .text = text("text"),
                 .message = text("message"),
                 .savedAt = QDateTime::fromString(text("savedAt"), Qt::ISODateWithMs)};
}

Result<void> DraftStore::write(const QString& directory, const Draft& draft)
{
    const QString path = pathOf(directory, draft.id());
    const auto failed = [&path](const QString& why) {
        return failure(Error::environment(
            Error::Kind::Unavailable, QStringLiteral("The draft %1 cannot be written: %2").arg(path, why)));
    };
    if (!QDir().mkpath(directory))
        return failed(QStringLiteral("its folder cannot be made"));
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return failed(file.errorString());
    // A policy in the making is nobody else's business.
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    file.write(serialise(draft));
    if (!file.commit())
        return failed(file.errorString());
    return {};
}

} // namespace postern
