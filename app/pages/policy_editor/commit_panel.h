#pragma once

#include "app/words/error_words.h"
#include "widgets/frame/stage_strip.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace postern {

class Card;

/// The commit to be: its message, in words exactly what pushing does, the button, and how far it has come.
/// Owned by the editor page, UI thread.
class CommitPanel final : public QWidget
{
    Q_OBJECT
public:
    struct Reading
    {
        QString branch;   ///< `main`
        QString where;    ///< `origin · ~/fleet`
        QString sentence; ///< what pushing will do, or why it can not be done now
        bool canPush = false;
        bool canDiscard = false;
        QList<StageStrip::Stage> stages;
    };

    explicit CommitPanel(QWidget* parent = nullptr);

    void showReading(const Reading& reading);
    /// Without an echo.
    void setMessage(const QString& message);
    [[nodiscard]] QString message() const;
    /// What went wrong with the last push; none takes it away.
    void showFailure(const std::optional<FailureWords>& failure);
    [[nodiscard]] QString failureText() const;

Q_SIGNALS:
    void messageEdited(const QString& message);
    void pushRequested();
    void discardRequested();

private:
    Card* m_card;
    QPlainTextEdit* m_message;
    QLabel* m_failure;
    QLabel* m_sentence;
    QPushButton* m_discard;
    QPushButton* m_push;
    StageStrip* m_strip;
};

} // namespace postern
