#pragma once

#include "app/workspace/document_snapshot.h"
#include "models/base/clock.h"
#include "models/fleet/source_state.h"
#include "models/git/repository.h"

#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>

namespace postern {

/// Keeps the documents of the remote branch's tip at hand: fetches now and then, reads what a new tip holds,
/// parses it off the UI thread. Owned by the workspace, UI thread. When the remote is away the last documents
/// stay, and the state says so.
class DocumentLibrary final : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        std::chrono::milliseconds fetchEvery{std::chrono::seconds(30)};
    };

    DocumentLibrary(Repository& repository, const PolicyCatalogue& catalogue, const Clock& clock,
                    const Options& options, QObject* parent = nullptr);
    ~DocumentLibrary() override;

    void start();
    /// Fetches now (F5, after a push); while it is fetching, once more right after.
    void refresh();

    /// Null before the first commit was read.
    [[nodiscard]] DocumentSnapshotPtr snapshot() const { return m_snapshot; }
    [[nodiscard]] const SourceState& state() const { return m_state; }
    /// The newest commits of the branch, newest first.
    [[nodiscard]] const std::vector<Commit>& commits() const { return m_commits; }
    [[nodiscard]] const Commit* commit(const QString& hash) const;

Q_SIGNALS:
    void snapshotChanged(const postern::DocumentSnapshotPtr& snapshot);
    void stateChanged();
    void commitsChanged();

private:
    void begin();
    void open();
    void fetch();
    void end();
    void take(const Result<RepositoryState>& state);
    void readTip(const QString& tip);
    void readTexts(const QString& tip, const QStringList& paths, QHash<QString, QByteArray> known);
    void parse(const QString& tip, const QHash<QString, QByteArray>& texts);
    void finish(const DocumentSnapshotPtr& snapshot);
    void readLog();
    void answered();
    void failed(const Error& error);

    Repository& m_repository;
    const PolicyCatalogue& m_catalogue;
    const Clock& m_clock;
    QThreadPool m_pool;
    QTimer m_timer;
    bool m_open = false;
    bool m_busy = false;
    bool m_again = false; ///< refresh() was called while busy
    QString m_tip;        ///< that was read, or is being read
    QStringList m_tree;   ///< every file of that tip
    QStringList m_asked;  ///< files read for it so far
    QStringList m_unreadable;
    DocumentSnapshotPtr m_snapshot;
    std::vector<Commit> m_commits;
    SourceState m_state;
};

} // namespace postern
