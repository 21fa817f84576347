#include "widgets/frame/budget_meter.h"

#include "widgets/frame/hero_figure.h"
#include "widgets/frame/share_bar.h"

#include <QBoxLayout>
#include <QEvent>
#include <QLabel>

#include <cmath>

namespace postern {
namespace {

/// Whole percents, but never "0 %" of something or "100 %" of less than all.
QString percentText(double share)
{
    const double percent = share * 100;
    if (percent > 0 && percent < 1)
        return QStringLiteral("<1");
    if (percent < 100 && percent > 99)
        return QString::number(std::floor(percent * 10) / 10, 'f', 1);
    return QString::number(std::lround(percent));
}

} // namespace

BudgetMeter::BudgetMeter(QWidget* parent)
    : QWidget(parent), m_figure(new HeroFigure), m_bar(new ShareBar), m_words(new QLabel)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::card);
    line->addWidget(m_figure);
    line->addWidget(m_bar, 1);
    column->addLayout(line);
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::RichText);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_words);
    column->addStretch(1);
}

void BudgetMeter::setReading(const BudgetReading& reading)
{
    m_reading = reading;
    write();
}

void BudgetMeter::write()
{
    const bool known = m_reading.left.has_value();
    m_bar->setShare(m_reading.left, m_reading.stale ? State::Unknown : m_reading.state);
    if (known)
        m_figure->setFigure(percentText(*m_reading.left), tr("% left"), m_reading.state);
    else
        m_figure->setFigure(QStringLiteral("—"), QString(), State::Unknown);
    m_figure->setStale(m_reading.stale);
    const Colours& c = colours(palette());
    // Good news is not shouted: only a state that asks for action colours its sentence.
    const bool calls = m_reading.state == State::Bad || m_reading.state == State::Watch;
    const QColor& tone = calls && !m_reading.stale ? c.of(m_reading.state) : c.muted;
    QString words = QStringLiteral("<span style='color:%1'>%2</span>")
                        .arg(tone.name(), m_reading.sentence.toHtmlEscaped());
    if (!m_reading.pace.isEmpty())
        words += QStringLiteral(" &nbsp;<span style='color:%1'>%2</span>")
                     .arg(c.muted.name(), m_reading.pace.toHtmlEscaped());
    m_words->setText(words);
    setAccessibleName(m_reading.sentence);
}

void BudgetMeter::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        write();
    QWidget::changeEvent(event);
}

} // namespace postern
