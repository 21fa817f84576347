#include "app/pages/policy_editor/commit_panel.h"

#include "widgets/frame/card.h"
#include "widgets/theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace postern {

CommitPanel::CommitPanel(QWidget* parent)
    : QWidget(parent)
    , m_card(new Card(this))
    , m_message(new QPlainTextEdit(this))
    , m_failure(new QLabel(this))
    , m_sentence(new QLabel(this))
    , m_discard(new QPushButton(tr("Discard edit…"), this))
    , m_push(new QPushButton(this))
    , m_strip(new StageStrip(this))
{
    m_message->setObjectName(QStringLiteral("commitMessage"));
    m_message->setAccessibleName(tr("Commit message"));
    m_message->setPlaceholderText(tr("What changes, and why"));
    m_message->setTabChangesFocus(true);
    m_failure->setObjectName(QStringLiteral("pushFailure"));
    m_failure->setProperty("tone", QStringLiteral("bad"));
    m_failure->setWordWrap(true);
    m_failure->setTextFormat(Qt::PlainText);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_failure->hide();
    m_sentence->setObjectName(QStringLiteral("pushSentence"));
    m_sentence->setProperty("tone", QStringLiteral("muted"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    m_discard->setObjectName(QStringLiteral("discard"));
    m_push->setObjectName(QStringLiteral("push"));
    m_push->setProperty("primary", true);
    m_push->setToolTip(tr("Ctrl+Enter"));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(space::gap);
    buttons->addStretch(1);
    buttons->addWidget(m_discard);
    buttons->addWidget(m_push);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_message, m_failure, m_sentence})
        m_card->body()->addWidget(widget, widget == m_message ? 1 : 0);
    m_card->body()->addLayout(buttons);
    m_card->body()->addWidget(m_strip);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    connect(m_message, &QPlainTextEdit::textChanged, this,
            [this] { Q_EMIT messageEdited(m_message->toPlainText()); });
    connect(m_push, &QPushButton::clicked, this, &CommitPanel::pushRequested);
    connect(m_discard, &QPushButton::clicked, this, &CommitPanel::discardRequested);
}

void CommitPanel::showReading(const Reading& reading)
{
    m_card->setTitle(tr("Commit to %1").arg(reading.branch));
    m_card->setSubtitle(reading.where);
    m_push->setText(tr("Push to %1").arg(reading.branch));
    m_push->setEnabled(reading.canPush);
    m_discard->setEnabled(reading.canDiscard);
    m_sentence->setText(reading.sentence);
    m_strip->setStages(reading.stages);
}

void CommitPanel::setMessage(const QString& message)
{
    if (message == m_message->toPlainText())
        return;
    const QSignalBlocker quiet(m_message);
    m_message->setPlainText(message);
}

QString CommitPanel::message() const { return m_message->toPlainText(); }

void CommitPanel::showFailure(const std::optional<FailureWords>& failure)
{
    m_failure->setVisible(failure.has_value());
    if (!failure)
        return m_failure->clear();
    m_failure->setText(tr("Not pushed: %1 %2 Your edit is kept.").arg(failure->what, failure->advice));
    m_failure->setToolTip(failure->details);
}

QString CommitPanel::failureText() const { return m_failure->isHidden() ? QString() : m_failure->text(); }

} // namespace postern
