#include "app/shell/environment_stripe.h"

#include "widgets/theme/tokens.h"

#include <QPainter>

namespace postern {

EnvironmentStripe::EnvironmentStripe(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(3);
    setAccessibleName(tr("Production"));
}

void EnvironmentStripe::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), colours(palette()).bad); }

} // namespace postern
