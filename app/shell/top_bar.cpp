#include "app/shell/top_bar.h"

#include "app/shell/search_button.h"
#include "app/words/time_words.h"
#include "widgets/frame/breadcrumb.h"
#include "widgets/frame/status_pill.h"
#include "widgets/theme/tokens.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>

namespace postern {

TopBar::TopBar(ViewTime& time, QWidget* parent)
    : QWidget(parent)
    , m_time(time)
    , m_breadcrumb(new Breadcrumb(this))
    , m_environment(new StatusPill(this))
    , m_range(new StatusPill(this))
    , m_zone(new StatusPill(this))
    , m_state(new StatusPill(this))
    , m_search(new SearchButton(this))
{
    setFixedHeight(44);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::page, 0, space::page, 0);
    row->setSpacing(space::card);
    row->addWidget(m_breadcrumb, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_environment, m_range, m_zone, m_state, m_search})
        row->addWidget(widget);
    m_environment->setObjectName(QStringLiteral("environment"));
    m_environment->setFocusPolicy(Qt::NoFocus);
    m_environment->hide();
    m_range->setObjectName(QStringLiteral("range"));
    m_zone->setObjectName(QStringLiteral("zone"));
    m_state->setObjectName(QStringLiteral("dataState"));
    m_search->setObjectName(QStringLiteral("search"));
    connect(m_search, &SearchButton::clicked, this, &TopBar::searchRequested);
    connect(m_range, &StatusPill::clicked, this, &TopBar::chooseRange);
    connect(m_zone, &StatusPill::clicked, this, [this] {
        m_time.setZone(m_time.zone() == ZoneChoice::Utc ? ZoneChoice::Local : ZoneChoice::Utc);
    });
    connect(m_state, &StatusPill::clicked, this,
            [this] { Q_EMIT openRequested(Location::ofPage(Location::Page::Sources)); });
    connect(m_breadcrumb, &Breadcrumb::activated, this,
            [this](const QString& target) { Q_EMIT openRequested(m_path[target.toUInt()].location); });
    connect(&m_time, &ViewTime::rangeChanged, this, &TopBar::write);
    connect(&m_time, &ViewTime::zoneChanged, this, &TopBar::write);
    write();
}

void TopBar::setPath(const std::vector<Page::Crumb>& path)
{
    m_path = path;
    QList<Breadcrumb::Crumb> crumbs;
    for (std::size_t at = 0; at < path.size(); ++at)
        crumbs.append({path[at].text, at + 1 < path.size() ? QString::number(at) : QString()});
    m_breadcrumb->setPath(crumbs);
}

void TopBar::setEnvironment(const EnvironmentWords& environment)
{
    m_environment->setVisible(!environment.name.isEmpty());
    if (environment.isProduction)
        m_environment->setOutlined(environment.name, State::Bad);
    else
        m_environment->setWord(environment.name);
    m_environment->setToolTip(environment.hint);
}

void TopBar::setDataState(const DataStateWords& words)
{
    m_state->setState(words.text, words.state);
    m_state->setToolTip(words.hint);
}

void TopBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Colours& c = colours(palette());
    painter.fillRect(rect(), c.card);
    painter.fillRect(0, height() - 1, width(), 1, c.line);
}

void TopBar::chooseRange()
{
    QMenu menu(this);
    for (const std::chrono::seconds range : ViewTime::ranges()) {
        QAction* action = menu.addAction(rangeName(range), this, [this, range] { m_time.setRange(range); });
        action->setCheckable(true);
        action->setChecked(range == m_time.range());
    }
    menu.exec(m_range->mapToGlobal(QPoint(0, m_range->height() + space::step)));
}

void TopBar::write()
{
    m_range->setWord(rangeName(m_time.range()));
    m_range->setToolTip(tr("The stretch of time that charts and traffic show"));
    m_zone->setWord(m_time.zone() == ZoneChoice::Utc ? tr("UTC") : tr("Local time"));
    m_zone->setToolTip(m_time.zone() == ZoneChoice::Utc ? tr("Click to show times in the local zone")
                                                        : tr("Click to show times in UTC"));
}

} // namespace postern
