#include "widgets/frame/state_view.h"

#include "widgets/frame/notice.h"

#include <QBoxLayout>
#include <QStackedLayout>

namespace postern {

StateView::StateView(QWidget* content, QWidget* parent)
    : QWidget(parent)
    , m_content(content)
    , m_skeleton(new Skeleton)
    , m_notice(new Notice)
    , m_banner(new StateBanner)
    , m_stack(new QStackedLayout)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::gap);
    column->addWidget(m_banner);
    column->addLayout(m_stack, 1);
    m_stack->addWidget(m_content);
    m_stack->addWidget(m_skeleton);
    m_stack->addWidget(m_notice);
    connect(m_notice, &Notice::actionTriggered, this, &StateView::actionTriggered);
}

void StateView::showContent() { m_stack->setCurrentWidget(m_content); }

void StateView::showLoading(int rows)
{
    m_skeleton->setRows(rows);
    m_stack->setCurrentWidget(m_skeleton);
}

void StateView::showEmpty(const QString& sentence, const QString& action)
{
    m_notice->say({.icon = Icon::Search,
                   .state = State::Unknown,
                   .sentence = sentence,
                   .advice = {},
                   .details = {},
                   .action = action});
    m_stack->setCurrentWidget(m_notice);
}

void StateView::showForbidden(const QString& permission, const QString& command)
{
    m_notice->say({.icon = Icon::Lock,
                   .state = State::Watch,
                   .sentence = tr("Not permitted: %1").arg(permission),
                   .advice = tr("Someone who may can grant it with:"),
                   .details = command,
                   .action = {}});
    m_stack->setCurrentWidget(m_notice);
}

void StateView::showBroken(const QString& what, const QString& advice, const QString& details)
{
    m_notice->say({.icon = Icon::Bad,
                   .state = State::Bad,
                   .sentence = what,
                   .advice = advice,
                   .details = details,
                   .action = tr("Try again")});
    m_stack->setCurrentWidget(m_notice);
}

void StateView::setStale(const QString& sentence) { m_banner->say(Icon::Clock, sentence); }

void StateView::setPartial(const QString& sentence) { m_banner->say(Icon::Watch, sentence); }

void StateView::clearBanner() { m_banner->say(Icon::Clock, {}); }

QString StateView::bannerText() const { return m_banner->text(); }

} // namespace postern
