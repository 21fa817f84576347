#include "app/pages/rollouts/rollout_card.h"

#include "app/words/health_words.h"
#include "app/words/rollout_words.h"
#include "widgets/frame/card.h"
#include "widgets/frame/stage_strip.h"

#include <QLabel>
#include <QVBoxLayout>

namespace postern {

RolloutCard::RolloutCard(QWidget* parent)
    : QWidget(parent), m_card(new Card(this)), m_strip(new StageStrip(this)), m_words(new QLabel(this))
{
    m_words->setProperty("tone", QStringLiteral("muted"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_card->body()->addWidget(m_strip);
    m_card->body()->addWidget(m_words);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
}

void RolloutCard::showRollout(const CommitRollout& rollout, Clock::Wall now, ZoneChoice zone)
{
    const Rollout& all = rollout.together;
    const QString name = shortRevision(all.commit);
    m_card->setTitle(all.subject.isEmpty() ? name : tr("%1 %2").arg(name, all.subject));
    m_card->setSubtitle(rollout.apis.size() == 1 ? rollout.apis.front()
                                                 : tr("%1 APIs").arg(rollout.apis.size()));
    m_strip->setStages(rolloutStages(all, zone));
    m_words->setText(rolloutText(all, now, zone));
}

} // namespace postern
