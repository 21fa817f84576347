#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/fleet_snapshot.h"

#include "widgets/theme/tokens.h"

#include <QWidget>

class QVBoxLayout;

namespace postern {

class Card;

/// What needs attention first, gravest first; the rest is counted. Owned by the fleet page, UI thread.
class AttentionCard final : public QWidget
{
    Q_OBJECT
public:
    explicit AttentionCard(QWidget* parent = nullptr);

    void showFleet(const FleetSnapshot& fleet, ZoneChoice zone);

Q_SIGNALS:
    void apiActivated(const QString& api);

private:
    void say(State state, const QString& subject, const QString& words, const QString& api);

    Card* m_card;
    QVBoxLayout* m_rows;
};

} // namespace postern
