#include "app/pages/sources/source_card.h"

#include "app/words/error_words.h"
#include "app/words/source_words.h"
#include "app/words/time_words.h"
#include "widgets/frame/card.h"
#include "widgets/frame/status_pill.h"
#include "widgets/theme/icon.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace postern {
namespace {

QLabel* makeLine(QWidget* parent, const char* tone)
{
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setProperty("tone", QString::fromLatin1(tone));
    return label;
}

} // namespace

SourceCard::SourceCard(QWidget* parent)
    : QWidget(parent)
    , m_card(new Card(this))
    , m_state(new StatusPill(this))
    , m_address(makeLine(this, "muted"))
    , m_answer(makeLine(this, ""))
    , m_failure(makeLine(this, "bad"))
    , m_advice(makeLine(this, ""))
    , m_details(makeLine(this, "muted"))
    , m_copy(new QPushButton(tr("Copy details"), this))
{
    m_state->setFocusPolicy(Qt::NoFocus);
    m_card->addToHeading(m_state);
    m_copy->setIcon(themedIcon(Icon::Copy));
    auto* details = new QHBoxLayout;
    details->addWidget(m_details, 1);
    details->addStretch(0);
    details->addWidget(m_copy, 0, Qt::AlignTop);
    for (QLabel* line : {m_address, m_answer, m_failure, m_advice})
        m_card->body()->addWidget(line);
    m_card->body()->addLayout(details);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    connect(m_copy, &QPushButton::clicked, this, &SourceCard::copy);
}

void SourceCard::showSource(const SourceState& source, const QString& address, Clock::Wall now,
                            ZoneChoice zone)
{
    m_card->setTitle(sourceName(source.source));
    m_state->setState(sourceStateText(source, now, zone), stateOf(source));
    m_address->setText(address.isEmpty() ? tr("not named at start") : address);
    m_answer->setText(
        source.asOf ? tr("Last good answer %1, %2").arg(ago(*source.asOf, now), exactTime(*source.asOf, zone))
                    : tr("No good answer yet"));
    const bool failed = source.error.has_value();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_failure, m_advice, m_details, m_copy})
        widget->setVisible(failed);
    if (!failed)
        return;
    const FailureWords words = sourceFailureWords(source);
    m_failure->setText(words.what);
    m_advice->setText(words.advice);
    m_details->setText(words.details);
}

void SourceCard::copy() { QApplication::clipboard()->setText(m_details->text()); }

} // namespace postern
