#pragma once

#include "models/document/policy_catalogue.h"
#include "models/git/repository.h"

#include <QObject>
#include <QPointer>

namespace postern {

class DocumentLibrary;
class EditSession;

/// Brings one edit to the branch: commit, push, and the commit it became. One at a time. Owned by the
/// workspace, UI thread. On failure the edit and its draft stay as they are.
class Publisher final : public QObject
{
    Q_OBJECT
public:
    enum class Step { Idle, Committing, Pushing };

    /// One push, as it went.
    struct Publication
    {
        QString file;
        QString message;
        QByteArray text;
        std::vector<std::pair<QString, QString>> hashes; ///< API → the hash its gateways will report
        Commit commit;
        PushOutcome outcome;
    };

    Publisher(Repository& repository, DocumentLibrary& library, const PolicyCatalogue& catalogue,
              QObject* parent = nullptr);

    /// \a session must be judged and sound. False when another push is under way.
    bool publish(EditSession& session);
    [[nodiscard]] Step step() const { return m_step; }
    [[nodiscard]] const QString& file() const { return m_publication.file; } ///< being pushed
    [[nodiscard]] const RepositoryState& target() const { return m_repository.state(); }

Q_SIGNALS:
    void stepChanged();
    /// For the operation bar: \a operation reports progress and can be cancelled.
    void started(postern::GitOperation* operation, postern::Publisher::Step step);
    void committed(const postern::Publisher::Publication& publication);
    void pushed(const postern::Publisher::Publication& publication);
    void failed(const QString& file, const postern::Error& error);

private:
    void push();
    void finish(const PushOutcome& outcome);
    void fail(const Error& error);
    void setStep(Step step);
    [[nodiscard]] std::optional<Error> recheck(const QString& path, const QByteArray& text) const;

    Repository& m_repository;
    DocumentLibrary& m_library;
    const PolicyCatalogue& m_catalogue;
    QPointer<EditSession> m_session;
    Publication m_publication;
    Step m_step = Step::Idle;
};

} // namespace postern
