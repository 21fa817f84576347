#pragma once

#include "models/base/result.h"

#include <QDateTime>
#include <QHash>
#include <QMutex>
#include <QObject>
#include <QThreadPool>

#include <optional>
#include <vector>

namespace postern {

/// An edit in progress.
struct Draft
{
    QString repository; ///< the clone's directory
    QString file;       ///< in the repository
    QString base;       ///< the commit the edit began from
    QString baseText;
    QString text;
    QString message;   ///< of the commit to be
    QDateTime savedAt; ///< set by the store

    /// Names the draft: one draft for each file of each clone.
    [[nodiscard]] QString id() const;

    friend bool operator==(const Draft&, const Draft&) = default;
};

/// Keeps drafts in a folder so that an edit survives a crash and a restart: one file a draft, replaced
/// atomically and flushed to disk. Owned by the application, used from its thread; files are written on one
/// thread of its own, the newest text of a draft winning. The destructor waits until all is written.
class DraftStore : public QObject
{
    Q_OBJECT

public:
    explicit DraftStore(const QString& directory, QObject* parent = nullptr);
    ~DraftStore() override;

    /// Ends with `saved` or `failed`; may be called on every key.
    void save(const Draft& draft);
    /// Ends with `discarded` or `failed`.
    void discard(const QString& id);
    /// Ends with `loaded`.
    void load();

    /// The blocking ways, for other threads and for tests.
    static Result<Draft> read(const QString& path);
    static Result<void> write(const QString& directory, const Draft& draft);

Q_SIGNALS:
    void saved(const QString& id);
    void discarded(const QString& id);
    void failed(const QString& id, const postern::Error& error);
    /// Every draft that can be read, the newest first, and why others cannot; those are left where they lie.
    void loaded(const std::vector<postern::Draft>& drafts, const std::vector<postern::Error>& unreadable);

private:
    void enqueue();
    void writeWaiting();

    QString m_directory;
    QMutex m_lock;
    QHash<QString, std::optional<Draft>> m_waiting; ///< by id; no draft: discard
    QThreadPool m_writer;
};

} // namespace postern
