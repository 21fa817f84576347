#include "widgets/frame/segmented_control.h"

#include "widgets/theme/tokens.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

#include <cmath>

namespace postern {
namespace {

class Segment final : public QAbstractButton
{
public:
    Segment(const QString& text, QWidget* parent) : QAbstractButton(parent)
    {
        setText(text);
        setCheckable(true);
        setFocusPolicy(Qt::StrongFocus);
        setCursor(Qt::PointingHandCursor);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    }

    [[nodiscard]] QSize sizeHint() const override
    {
        // As wide as its bold text, so that choosing moves nothing.
        const QFontMetricsF metrics(textFont(textSize::body, Weight::Semibold));
        return {int(std::ceil(metrics.horizontalAdvance(text()))) + 2 * space::gap + 2, space::control};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Colours& c = colours(palette());
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool focused = hasFocus();
        const qreal inset = focused ? 1 : 0.5; // half of the pen's width
        painter.setPen(QPen(isChecked() || focused ? c.accent : c.line, 2 * inset));
        painter.setBrush(isChecked() ? c.selection : underMouse() ? c.hover : c.card);
        painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), radius::control,
                                radius::control);
        painter.setFont(textFont(textSize::body, isChecked() ? Weight::Semibold : Weight::Regular));
        painter.setPen(isChecked() && isEnabled() ? c.ink : c.muted);
        painter.drawText(rect(), Qt::AlignCenter, text());
    }

    // QAbstractButton has no hover of its own.
    bool event(QEvent* event) override
    {
        if (event->type() == QEvent::Enter || event->type() == QEvent::Leave)
            update();
        return QAbstractButton::event(event);
    }
};

} // namespace

SegmentedControl::SegmentedControl(QWidget* parent)
    : QWidget(parent), m_row(new QHBoxLayout(this)), m_group(new QButtonGroup(this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(space::step);
    m_row->addStretch(1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idClicked, this,
            [this](int index) { Q_EMIT activated(m_ids.at(index)); });
}

void SegmentedControl::addSegment(const QString& id, const QString& text, const QString& hint, Usable usable)
{
    auto* segment = new Segment(text, this);
    segment->setToolTip(hint);
    segment->setEnabled(usable == Usable::Yes);
    segment->setAccessibleName(text);
    m_group->addButton(segment, int(m_ids.size()));
    m_row->insertWidget(m_row->count() - 1, segment);
    m_ids.append(id);
    if (!focusProxy() && usable == Usable::Yes)
        setFocusProxy(segment);
}

void SegmentedControl::setCurrent(const QString& id)
{
    const auto index = m_ids.indexOf(id);
    // An exclusive group never lets go of its button.
    m_group->setExclusive(false);
    for (auto* button : m_group->buttons())
        button->setChecked(m_group->id(button) == index);
    m_group->setExclusive(true);
}

QString SegmentedControl::current() const
{
    const int index = m_group->checkedId();
    return index < 0 ? QString() : m_ids.at(index);
}

void SegmentedControl::setReadOnly(bool readOnly) { setEnabled(!readOnly); }

} // namespace postern
