#include "app/workspace/edit_session.h"

#include "app/workspace/background.h"
#include "models/document/yaml_edit.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
/// Long enough for a word to be typed, short enough to feel at once.
constexpr auto typingPause = 120ms;

} // namespace

EditSession::EditSession(const Surroundings& surroundings, const QString& file,
                         const DocumentSnapshotPtr& documents, QObject* parent)
    : QObject(parent)
    , m_around(surroundings)
    , m_file(file)
    , m_documents(documents)
    , m_base(documents->revision)
    , m_baseText(documents->texts.value(file))
    , m_text(m_baseText)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(typingPause);
    connect(&m_pause, &QTimer::timeout, this, &EditSession::judge);
    judge();
}

bool EditSession::hasMovedOn() const { return m_documents->texts.value(m_file) != m_baseText; }

void EditSession::setText(const QByteArray& text)
{
    if (text == m_text)
        return;
    changeText(text);
    saveDraft();
}

Result<void> EditSession::splice(std::size_t document, const std::function<Result<void>(YamlEdit&)>& change)
{
    Result<YamlEdit> edit = YamlEdit::create(m_text, document);
    if (!edit)
        return failure(edit.error());
    if (const Result<void> done = change(*edit); !done)
        return done;
    if (edit->text() == m_text)
        return {};
    changeText(edit->text());
    Q_EMIT textReplaced(m_text);
    saveDraft();
    return {};
}

void EditSession::setMessage(const QString& message)
{
    if (message == m_message)
        return;
    m_message = message;
    if (isEdited())
        saveDraft();
    Q_EMIT messageChanged();
}

void EditSession::restore(const Draft& draft)
{
    m_base = draft.base;
    m_baseText = draft.baseText.toUtf8();
    // The same text at the newer commit is as good a base, and needs no rebase.
    if (!hasMovedOn())
        m_base = m_documents->revision;
    m_message = draft.message;
    m_restoredFrom = draft.savedAt;
    changeText(draft.text.toUtf8());
    Q_EMIT textReplaced(m_text);
    Q_EMIT messageChanged();
}

void EditSession::discard()
{
    dropDraft();
    m_message.clear();
    m_restoredFrom.reset();
    takeBranchText();
    Q_EMIT messageChanged();
}

void EditSession::setDocuments(const DocumentSnapshotPtr& documents)
{
    m_documents = documents;
    if (!isEdited())
        takeBranchText();
    else if (!hasMovedOn())
        m_base = documents->revision;
    judge();
}

void EditSession::setPublished(const QString& commit, const QByteArray& text)
{
    m_base = commit;
    m_baseText = text;
    m_message.clear();
    m_restoredFrom.reset();
    if (isEdited())
        saveDraft();
    else
        dropDraft();
    judge();
    Q_EMIT textChanged();
    Q_EMIT messageChanged();
}

void EditSession::takeBranchText()
{
    m_base = m_documents->revision;
    m_baseText = m_documents->texts.value(m_file);
    if (m_text == m_baseText)
        return;
    changeText(m_baseText);
    Q_EMIT textReplaced(m_text);
}

void EditSession::changeText(const QByteArray& text)
{
    m_text = text;
    m_pause.start();
    Q_EMIT textChanged();
}

void EditSession::saveDraft()
{
    if (!isEdited()) {
        dropDraft();
        return;
    }
    m_around.drafts.save({.repository = m_around.repository,
                          .file = m_file,
                          .base = m_base,
                          .baseText = QString::fromUtf8(m_baseText),
                          .text = QString::fromUtf8(m_text),
                          .message = m_message,
                          .savedAt = {}});
}

void EditSession::dropDraft()
{
    Draft draft;
    draft.repository = m_around.repository;
    draft.file = m_file;
    m_around.drafts.discard(draft.id());
}

void EditSession::judge()
{
    if (m_judging) {
        m_judgeAgain = true; // one at a time, the newest text last
        return;
    }
    m_judging = true;
    const EditedText edit{m_file, m_baseText, m_text};
    const QDate today = QDateTime::currentDateTimeUtc().date();
    runInBackground(
        m_around.pool, this,
        [documents = m_documents, edit, today, catalogue = &m_around.catalogue] {
            return judgeEdit(*documents, edit, *catalogue, today);
        },
        [this, judgedText = m_text](EditJudgement judgement) {
            m_judging = false;
            m_judgement = std::move(judgement);
            m_judgedText = judgedText;
            Q_EMIT judged();
            if (std::exchange(m_judgeAgain, false))
                judge();
        });
}

} // namespace postern
