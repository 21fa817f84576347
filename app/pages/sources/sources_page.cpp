#include "app/pages/sources/sources_page.h"

#include "app/pages/page_heading.h"
#include "app/pages/sources/source_card.h"
#include "app/workspace/workspace.h"
#include "widgets/theme/icon.h"

#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace postern {

SourcesPage::SourcesPage(Workspace& workspace, QWidget* parent)
    : Page(parent)
    , m_workspace(workspace)
    , m_heading(new PageHeading(tr("Sources"), this))
    , m_column(new QVBoxLayout)
{
    setObjectName(QStringLiteral("sourcesPage"));
    auto* again = new QPushButton(tr("Ask again"), this);
    again->setIcon(themedIcon(Icon::Refresh));
    again->setToolTip(tr("F5"));
    connect(again, &QPushButton::clicked, &m_workspace, &Workspace::refresh);
    m_heading->addControl(again);
    m_column->setSpacing(space::card);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::page, space::page, space::page);
    column->setSpacing(space::card);
    column->addWidget(m_heading);
    column->addLayout(m_column);
    column->addStretch(1);
    connect(&m_workspace, &Workspace::sourcesChanged, this, &SourcesPage::showSources);
    connect(&m_workspace.time(), &ViewTime::zoneChanged, this, &SourcesPage::showSources);
    showSources();
}

void SourcesPage::visit(const Location&) { showSources(); }

std::vector<Page::Crumb> SourcesPage::breadcrumb() const
{
    return {{tr("Sources"), Location::ofPage(Location::Page::Sources)}};
}

void SourcesPage::showSources()
{
    const std::vector<SourceState> sources = m_workspace.sources();
    const auto live = std::ranges::count(sources, SourceState::State::Live, &SourceState::state);
    m_heading->setSubtitle(tr("%1 of %2 answer").arg(live).arg(sources.size()));
    for (const SourceState& source : sources) {
        SourceCard*& card = m_cards[source.source];
        if (!card) {
            card = new SourceCard(this);
            card->setObjectName(QStringLiteral("source-") + source.source);
            m_column->addWidget(card);
        }
        card->showSource(source, addressOf(source), m_workspace.now(), m_workspace.time().zone());
    }
}

QString SourcesPage::addressOf(const SourceState& source) const
{
    const LaunchOptions& launch = m_workspace.launch();
    if (source.source == QLatin1String("prometheus"))
        return launch.prometheus.toDisplayString();
    if (source.source == QLatin1String("fleet"))
        return launch.fleetFile;
    const RepositoryState* repository = m_workspace.repository();
    if (!repository || repository->upstream.isEmpty())
        return launch.repository;
    return tr("%1, branch %2 of %3").arg(repository->directory, repository->branch, repository->remote);
}

} // namespace postern
