#pragma once

#include "app/workspace/edit_session.h"

#include <QThreadPool>

#include <map>

namespace postern {

class DocumentLibrary;

/// Every edit in progress, one session a file, and the drafts that an earlier run left. Owned by the
/// workspace, UI thread.
class EditDesk final : public QObject
{
    Q_OBJECT
public:
    EditDesk(DocumentLibrary& library, const PolicyCatalogue& catalogue, const QString& repository,
             const QString& draftsDirectory, QObject* parent = nullptr);
    ~EditDesk() override;

    /// Null when the branch has no such file, or nothing was read yet.
    EditSession* open(const QString& file);
    /// Only when it was opened before.
    [[nodiscard]] EditSession* session(const QString& file) const;
    /// Files with an edit that is not pushed.
    [[nodiscard]] QStringList editedFiles() const;
    /// Drafts of this clone that were found at start and whose file is not on the branch any more.
    [[nodiscard]] const std::vector<Draft>& homeless() const { return m_homeless; }

Q_SIGNALS:
    void editsChanged();
    /// Drafts of an earlier run were taken up again.
    void restored(const QStringList& files);
    /// A draft could not be written or read.
    void draftFailed(const postern::Error& error);

private:
    void takeDrafts(const std::vector<Draft>& drafts, const std::vector<Error>& unreadable);
    void restoreDrafts();
    void onSnapshot(const DocumentSnapshotPtr& snapshot);

    DocumentLibrary& m_library;
    const PolicyCatalogue& m_catalogue;
    QString m_repository;
    DraftStore m_drafts;
    QThreadPool m_pool;
    std::map<QString, EditSession*> m_sessions; ///< by file; children of this
    std::vector<Draft> m_waiting;               ///< found at start, before the documents were read
    std::vector<Draft> m_homeless;
};

} // namespace postern
