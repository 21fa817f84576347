#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/api_history.h"
#include "models/fleet/api_status.h"
#include "models/git/types.h"

#include <QWidget>

class QLabel;

namespace postern {

class Card;

/// What the API runs, since when, which commit that is and how many gateways have it. Owned by the API page.
class ChangeCard final : public QWidget
{
    Q_OBJECT
public:
    struct Reading
    {
        const ApiStatus& api;
        const ConfigurationChange* newest = nullptr; ///< in the range shown; null: none
        const Commit* commit = nullptr;              ///< of what runs; null: not known
        Clock::Wall now;
        ZoneChoice zone = ZoneChoice::Utc;
    };

    explicit ChangeCard(QWidget* parent = nullptr);
    void showReading(const Reading& reading);

private:
    Card* m_card;
    QLabel* m_what;
    QLabel* m_when;
    QLabel* m_where;
};

} // namespace postern
