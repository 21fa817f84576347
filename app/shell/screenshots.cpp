#include "app/shell/screenshots.h"

#include "app/shell/main_window.h"
#include "app/shell/trial_edit.h"
#include "app/words/error_words.h"
#include "app/words/source_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_session.h"
#include "app/workspace/workspace.h"
#include "models/fleet/fleet_poller.h"

#include <QDir>
#include <QPixmap>

#include <algorithm>

namespace postern {
namespace {

using namespace std::chrono_literals;

QString appearanceName(ThemeChoice theme)
{
    return theme == ThemeChoice::Dark ? QStringLiteral("dark") : QStringLiteral("light");
}

/// The API that a person would open first.
QString firstApi(const FleetSnapshot& fleet)
{
    if (!fleet.attention.empty())
        return fleet.attention.front().api;
    return fleet.apis.empty() ? QString() : fleet.apis.front().api;
}

/// A policy of \a api that is worth a look: the last one of its own, else of any document.
std::optional<Location> firstPolicy(const DocumentSnapshot& documents, const QString& api)
{
    const Loaded<ApiGateway>* loaded = documents.documents.api(api);
    if (!loaded && !documents.documents.apis.empty())
        loaded = &documents.documents.apis.front();
    if (!loaded || loaded->document.spec.policies.empty())
        return {};
    const auto& policies = loaded->document.spec.policies;
    const auto limit = std::ranges::find(policies, QStringLiteral("rateLimit"), &PolicyEntry::type);
    const PolicyEntry& policy = limit == policies.end() ? policies.back() : *limit;
    return Location::ofPolicy(policy.place.file, policy.place.path);
}

} // namespace

Screenshots::Screenshots(MainWindow& window, Workspace& workspace, Theme& theme, const Options& options,
                         QObject* parent)
    : QObject(parent), m_window(window), m_workspace(workspace), m_theme(theme), m_options(options)
{
    m_deadline.setSingleShot(true);
    m_pause.setSingleShot(true);
    m_pause.setInterval(50ms);
    connect(&m_pause, &QTimer::timeout, this, &Screenshots::take);
}

void Screenshots::start()
{
    if (!QDir().mkpath(m_options.directory)) {
        m_complaints << tr("The folder %1 could not be made.").arg(m_options.directory);
        QMetaObject::invokeMethod(this, &Screenshots::finished, Qt::QueuedConnection);
        return;
    }
    connect(&m_workspace, &Workspace::sourcesChanged, this, &Screenshots::onSource);
    connect(&m_deadline, &QTimer::timeout, this, &Screenshots::begin);
    m_deadline.start(m_options.sourcesWithin);
    // The window is laid out without being put before anyone's eyes.
    m_window.setAttribute(Qt::WA_DontShowOnScreen);
    m_window.show();
    QMetaObject::invokeMethod(this, &Screenshots::onSource, Qt::QueuedConnection);
}

bool Screenshots::sourcesAnswered() const
{
    const auto isWaiting = [](const SourceState& source) {
        return source.state == SourceState::State::Waiting;
    };
    return std::ranges::none_of(m_workspace.sources(), isWaiting) &&
           (!m_workspace.documents() || m_workspace.documents()->snapshot() ||
            m_workspace.documents()->state().state == SourceState::State::Away);
}

void Screenshots::onSource()
{
    if (!m_began && sourcesAnswered())
        begin();
}

void Screenshots::begin()
{
    if (std::exchange(m_began, true))
        return;
    m_deadline.stop();
    m_deadline.disconnect(this);
    connect(&m_deadline, &QTimer::timeout, this, &Screenshots::take);
    for (const SourceState& source : m_workspace.sources())
        if (source.state == SourceState::State::Waiting || source.state == SourceState::State::Away)
            m_complaints << tr("%1: %2").arg(sourceName(source.source), source.error
                                                                            ? source.error->text()
                                                                            : tr("did not answer in time"));
    collect();
    next();
}

void Screenshots::collect()
{
    struct View
    {
        QString name;
        Location location;
        bool preview = false;
        bool trial = false;
    };
    const FleetSnapshot& fleet = *m_workspace.fleet();
    const QString api = firstApi(fleet);
    std::vector<View> views{{QStringLiteral("fleet"), Location::fleet()},
                            {QStringLiteral("fleet-preview"), Location::fleet(), true}};
    views.push_back({QStringLiteral("api"), Location::ofApi(api)});
    views.push_back({QStringLiteral("policies"), Location::ofPage(Location::Page::Policies)});
    const DocumentSnapshotPtr documents =
        m_workspace.documents() ? m_workspace.documents()->snapshot() : nullptr;
    const std::optional<Location> policy = documents ? firstPolicy(*documents, api) : std::nullopt;
    views.push_back(
        {QStringLiteral("editor"), policy.value_or(Location::ofPage(Location::Page::PolicyEditor))});
    if (policy)
        views.push_back({QStringLiteral("editor-changed"), *policy, false, true});
    views.push_back({QStringLiteral("rollouts"), Location::ofPage(Location::Page::Rollouts)});
    views.push_back({QStringLiteral("sources"), Location::ofPage(Location::Page::Sources)});
    for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark})
        for (const Format& format : m_options.formats)
            for (const View& view : views)
                m_shots.push_back({view.name, view.location, theme, format, view.preview, view.trial});
}

void Screenshots::next()
{
    if (m_shots.empty()) {
        Q_EMIT finished();
        return;
    }
    const Shot& shot = m_shots.front();
    m_theme.choose(shot.theme);
    m_window.navigator().open(shot.location);
    m_window.setPreviewOpen(shot.preview);
    m_window.resize(shot.format.size / shot.format.scale);
    if (shot.trial)
        m_trial = beginTrialEdit(m_workspace, shot.location);
    connect(m_window.currentPage(), &Page::settledChanged, this, &Screenshots::onSettled);
    m_deadline.start(m_options.pageWithin);
    onSettled();
}

void Screenshots::onSettled()
{
    if (m_window.currentPage()->isSettled())
        m_pause.start();
}

void Screenshots::take()
{
    m_deadline.stop();
    m_pause.stop();
    disconnect(m_window.currentPage(), &Page::settledChanged, this, nullptr);
    const Shot shot = m_shots.front();
    m_shots.pop_front();
    QPixmap picture(shot.format.size);
    picture.setDevicePixelRatio(shot.format.scale);
    m_window.render(&picture);
    const QString file = QDir(m_options.directory)
                             .filePath(QStringLiteral("%1-%2-%3x%4@%5.png")
                                           .arg(shot.name, appearanceName(shot.theme))
                                           .arg(shot.format.size.width())
                                           .arg(shot.format.size.height())
                                           .arg(shot.format.scale));
    if (m_trial)
        m_trial->discard();
    m_trial.clear();
    if (picture.save(file))
        m_files << file;
    else
        m_complaints << tr("%1 could not be written.").arg(file);
    next();
}

} // namespace postern
