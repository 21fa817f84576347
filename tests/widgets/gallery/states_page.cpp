#include "tests/widgets/gallery/pages.h"

#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/theme/tokens.h"

#include <QGridLayout>
#include <QLabel>

namespace postern::gallery {

QWidget* makeStatesPage()
{
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    grid->setSpacing(space::card);
    int next = 0;
    const auto add = [&] {
        auto* content = new QLabel(QStringLiteral("The figures of the page stay here."));
        content->setAlignment(Qt::AlignCenter);
        auto* view = new StateView(content);
        auto* card = new Card;
        card->body()->addWidget(view);
        grid->addWidget(card, next / 2, next % 2);
        ++next;
        return view;
    };
    add()->showLoading(12);
    add()->showEmpty(QStringLiteral("No API matches “pay”."), QStringLiteral("Clear the filter"));
    auto* stale = add();
    stale->setStale(QStringLiteral("Figures are from 14:03:20: Prometheus is away since 14:01."));
    auto* partial = add();
    partial->setPartial(QStringLiteral("2 of 3 sources: sa-1 does not answer."));
    add()->showForbidden(
        QStringLiteral("list pods in payments"),
        QStringLiteral("kubectl create rolebinding postern-view --clusterrole=view --user=you -n payments"));
    add()->showBroken(
        QStringLiteral("Prometheus refused the question."),
        QStringLiteral("The query asks for too many samples; choose a shorter range."),
        QStringLiteral("422 bad_data: query processing would load too many samples into memory"));
    return framed(page, QStringLiteral("sources"), {QStringLiteral("States")});
}

} // namespace postern::gallery
