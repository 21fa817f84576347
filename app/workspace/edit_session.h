#pragma once

#include "app/workspace/edit_judgement.h"
#include "models/git/draft_store.h"

#include <QObject>
#include <QTimer>

#include <functional>

class QThreadPool;

namespace postern {

class YamlEdit;

/// One document being edited. Its YAML text is the only truth: the editor types it, the form is spliced into
/// it, findings and effect are judged from it off the UI thread, and every change is saved as a draft.
/// Owned by the EditDesk, UI thread; lives until the console ends, so that leaving a page loses nothing.
class EditSession final : public QObject
{
    Q_OBJECT
public:
    struct Surroundings
    {
        const PolicyCatalogue& catalogue;
        DraftStore& drafts;
        QThreadPool& pool;
        QString repository; ///< the clone's directory, part of a draft's name
    };

    EditSession(const Surroundings& surroundings, const QString& file, const DocumentSnapshotPtr& documents,
                QObject* parent);

    [[nodiscard]] const QString& file() const { return m_file; }
    [[nodiscard]] const QString& base() const { return m_base; } ///< the commit the edit began from
    [[nodiscard]] const QByteArray& baseText() const { return m_baseText; }
    [[nodiscard]] const QByteArray& text() const { return m_text; }
    [[nodiscard]] bool isEdited() const { return m_text != m_baseText; }
    /// Whether others changed this file since the edit began.
    [[nodiscard]] bool hasMovedOn() const;
    [[nodiscard]] const QString& message() const { return m_message; }
    /// The newest judgement, null before the first; isJudged() says whether it is of the text as it is.
    [[nodiscard]] const EditJudgement* judgement() const { return m_judgement ? &*m_judgement : nullptr; }
    [[nodiscard]] bool isJudged() const { return m_judgement && !m_judging && m_judgedText == m_text; }
    [[nodiscard]] std::optional<QDateTime> restoredFrom() const { return m_restoredFrom; }

    /// The editor's text: a draft is saved, a judgement follows.
    void setText(const QByteArray& text);
    /// The form's way: splices the text, and tells the editor by textReplaced().
    Result<void> splice(std::size_t document, const std::function<Result<void>(YamlEdit&)>& change);
    void setMessage(const QString& message);
    void restore(const Draft& draft);
    /// Back to the branch's text; the draft goes.
    void discard();
    /// The branch's newest documents. Without an edit they are taken over; with one, the edit keeps its base.
    void setDocuments(const DocumentSnapshotPtr& documents);
    /// \a text is on the branch now, as \a commit.
    void setPublished(const QString& commit, const QByteArray& text);

Q_SIGNALS:
    /// The text became another by something else than setText().
    void textReplaced(const QByteArray& text);
    void textChanged();
    void judged();
    void messageChanged();

private:
    void changeText(const QByteArray& text);
    void takeBranchText();
    void saveDraft();
    void dropDraft();
    void judge();

    Surroundings m_around;
    QString m_file;
    DocumentSnapshotPtr m_documents;
    QString m_base;
    QByteArray m_baseText;
    QByteArray m_text;
    QString m_message;
    std::optional<EditJudgement> m_judgement;
    QByteArray m_judgedText;
    std::optional<QDateTime> m_restoredFrom;
    QTimer m_pause; ///< after typing, before a judgement
    bool m_judging = false;
    bool m_judgeAgain = false;
};

} // namespace postern
