#pragma once

#include "app/shell/location.h"
#include "app/workspace/view_time.h"
#include "models/fleet/api_status.h"

#include "widgets/theme/tokens.h"

#include <QWidget>

class QVBoxLayout;

namespace postern {

/// One API at a glance, for the panel at the right: why it is as it is, its budgets, its gateways. Made anew
/// for each selection; owned by the panel.
class FleetPreview final : public QWidget
{
    Q_OBJECT
public:
    FleetPreview(const ApiStatus& api, Clock::Wall now, ZoneChoice zone, QWidget* parent = nullptr);

Q_SIGNALS:
    void openRequested(const postern::Location& location);

private:
    void addReasons(const ApiStatus& api, Clock::Wall now, ZoneChoice zone);
    void addBudgets(const ApiStatus& api);
    void addInstances(const ApiStatus& api);
    void addLine(State state, const QString& text);
    void addHeading(const QString& text);

    QVBoxLayout* m_column;
};

} // namespace postern
