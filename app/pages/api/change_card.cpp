#include "app/pages/api/change_card.h"

#include "app/words/health_words.h"
#include "app/words/time_words.h"
#include "widgets/frame/card.h"

#include <QLabel>
#include <QVBoxLayout>

namespace postern {

ChangeCard::ChangeCard(QWidget* parent)
    : QWidget(parent)
    , m_card(new Card(tr("What runs"), Card::Heading::Caption, this))
    , m_what(new QLabel(this))
    , m_when(new QLabel(this))
    , m_where(new QLabel(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    for (QLabel* label : {m_what, m_when, m_where}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        m_card->body()->addWidget(label);
    }
    m_what->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_when->setProperty("tone", QStringLiteral("muted"));
    m_where->setProperty("tone", QStringLiteral("muted"));
    m_card->body()->addStretch(1);
}

void ChangeCard::showReading(const Reading& reading)
{
    const ApiStatus& api = reading.api;
    if (api.configurations.empty()) {
        m_what->setText(tr("No gateway says what it runs."));
        m_when->hide();
        m_where->hide();
        return;
    }
    const RunningConfiguration& most = api.configurations.front();
    const QString name = runningText(most);
    m_what->setText(reading.commit ? tr("%1 %2").arg(name, reading.commit->subject) : name);
    m_what->setToolTip(tr("revision %1\nhash %2").arg(most.revision, most.hash));
    const bool isMost = reading.newest && reading.newest->hash == most.hash;
    m_when->setVisible(true);
    m_when->setText(isMost ? tr("first seen %1, %2")
                                 .arg(ago(reading.newest->at, reading.now),
                                      shortTime(reading.newest->at, reading.now, reading.zone))
                           : tr("unchanged over the range shown"));
    if (isMost)
        m_when->setToolTip(exactTime(reading.newest->at, reading.zone));
    m_where->setVisible(true);
    const std::optional<int> asExpected = api.instancesAsExpected();
    const int all = static_cast<int>(api.instances.size());
    m_where->setText(asExpected ? tr("%1 of %2 gateways run what Git expects").arg(*asExpected).arg(all)
                                : tr("on %1 of %2 gateways").arg(most.instances).arg(all));
}

} // namespace postern
