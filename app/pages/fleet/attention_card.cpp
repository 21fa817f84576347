#include "app/pages/fleet/attention_card.h"

#include "app/pages/fleet/attention_row.h"
#include "app/words/fleet_words.h"
#include "app/words/health_words.h"
#include "widgets/frame/card.h"

#include <QVBoxLayout>

#include <algorithm>

namespace postern {
namespace {

constexpr std::size_t mostRows = 3;

} // namespace

AttentionCard::AttentionCard(QWidget* parent)
    : QWidget(parent)
    , m_card(new Card(tr("Needs attention first"), Card::Heading::Caption, this))
    , m_rows(new QVBoxLayout)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    m_rows->setSpacing(0);
    m_card->body()->addLayout(m_rows);
    m_card->body()->addStretch(1);
}

void AttentionCard::showFleet(const FleetSnapshot& fleet, ZoneChoice zone)
{
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const std::size_t shown = std::min(fleet.attention.size(), mostRows);
    for (std::size_t at = 0; at < shown; ++at) {
        const AttentionItem& item = fleet.attention[at];
        const ApiStatus* api = fleet.find(item.api);
        say(stateOf(item.reason.severity), api ? api->name() : item.api,
            reasonText(item.reason, fleet.takenAt, zone), item.api);
    }
    if (fleet.attention.empty() && hasFigures(fleet))
        say(State::Good, tr("Nothing"), tr("needs attention now"), {});
    else if (fleet.attention.empty())
        say(State::Unknown, tr("Not known"), tr("before the first figures have come"), {});
    const std::size_t more = fleet.attention.size() - shown;
    m_card->setSubtitle(more == 0 ? QString() : tr("and %1 more").arg(more));
}

void AttentionCard::say(State state, const QString& subject, const QString& words, const QString& api)
{
    auto* row = new AttentionRow(state, subject, words, this);
    row->setEnabled(!api.isEmpty());
    connect(row, &AttentionRow::clicked, this, [this, api] { Q_EMIT apiActivated(api); });
    m_rows->addWidget(row);
}

} // namespace postern
