#include "tests/widgets/gallery/pages.h"

#include "widgets/frame/breadcrumb.h"
#include "widgets/frame/navigation_rail.h"
#include "widgets/frame/status_pill.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>

namespace postern::gallery {

const QList<Page>& pages()
{
    static const QList<Page> pages{{QStringLiteral("fleet"), makeFleetPage},
                                   {QStringLiteral("api"), makeApiPage},
                                   {QStringLiteral("edit"), makeEditPage},
                                   {QStringLiteral("states"), makeStatesPage},
                                   {QStringLiteral("parts"), makePartsPage}};
    return pages;
}

QWidget* framed(QWidget* page, const QString& current, const QStringList& path)
{
    auto* window = new QWidget;
    auto* row = new QHBoxLayout(window);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    auto* rail = new NavigationRail(QStringLiteral("Postern"));
    rail->addItem(QStringLiteral("fleet"), Icon::Fleet, QStringLiteral("Fleet"));
    rail->addItem(QStringLiteral("policies"), Icon::Policies, QStringLiteral("Policies"));
    rail->addItem(QStringLiteral("try"), Icon::Try, QStringLiteral("Try"));
    rail->addItem(QStringLiteral("rollouts"), Icon::Rollouts, QStringLiteral("Rollouts"));
    rail->addItem(QStringLiteral("incidents"), Icon::Incidents, QStringLiteral("Incidents"));
    rail->addItem(QStringLiteral("sources"), Icon::Sources, QStringLiteral("Sources"));
    rail->setBadge(QStringLiteral("rollouts"), 1);
    rail->setBadge(QStringLiteral("incidents"), 2);
    rail->setFooter(QStringLiteral("2 clusters · 1 Prometheus\nrepository up to date"));
    rail->setCurrent(current);
    row->addWidget(rail);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(space::page, space::gap + 2, space::page, space::gap + 2);
    top->setSpacing(space::card);
    auto* crumbs = new Breadcrumb;
    QList<Breadcrumb::Crumb> steps;
    for (const QString& step : path)
        steps.append({step, step});
    crumbs->setPath(steps);
    top->addWidget(crumbs, 1);
    auto* production = new StatusPill;
    production->setOutlined(QStringLiteral("production · eu-1, sa-1"), State::Bad);
    auto* range = new StatusPill;
    range->setWord(QStringLiteral("Last 6 h"));
    auto* live = new StatusPill;
    live->setState(QStringLiteral("live"), State::Good);
    auto* away = new StatusPill;
    away->setState(QStringLiteral("Prometheus away since 14:01"), State::Watch);
    for (auto* pill : {production, range, live, away})
        top->addWidget(pill);
    column->addLayout(top);
    page->layout()->setContentsMargins(space::page, space::gap, space::page, space::page);
    column->addWidget(page, 1);
    row->addLayout(column, 1);
    return window;
}

} // namespace postern::gallery
