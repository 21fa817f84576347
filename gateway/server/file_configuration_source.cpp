#include "gateway/server/file_configuration_source.h"

#include "gateway/server/file_stamps.h"

#include <QDateTime>
#include <QFileInfo>

namespace postern {

namespace {

/// The folders in which a change can give \a file other contents: its own, where it really lies, and those
/// that hold a link on the way to it. Where there is no such file, the nearest folder it can come back to.
QStringList foldersOf(const QString& file)
{
    QStringList folders;
    if (const QString real = QFileInfo(file).canonicalPath(); !real.isEmpty())
        folders.append(real);
    QString folder = QFileInfo(file).absolutePath();
    while (!QFileInfo::exists(folder))
        folder = QFileInfo(folder).path();
    folders.append(folder);
    for (; folder != u"/"; folder = QFileInfo(folder).path())
        if (QFileInfo(folder).isSymLink())
            folders.append(QFileInfo(folder).path());
    return folders;
}

} // namespace

FileConfigurationSource::FileConfigurationSource(QString path, const PolicyCatalogue& catalogue,
                                                 const Clock& clock, Timing timing)
    : m_path(std::move(path))
    , m_catalogue(catalogue)
    , m_clock(clock)
    , m_timing(timing)
    , m_watcher(this)
    , m_quiet(this)
    , m_poll(this)
{
    m_quiet.setSingleShot(true);
    m_quiet.setInterval(timing.quiet);
    m_poll.setInterval(timing.poll);
    connect(&m_quiet, &QTimer::timeout, this, &FileConfigurationSource::stoodStill);
    connect(&m_poll, &QTimer::timeout, this, &FileConfigurationSource::check);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, &FileConfigurationSource::check);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &FileConfigurationSource::check);
}

FileConfigurationSource::FileConfigurationSource(QString path, const PolicyCatalogue& catalogue,
                                                 const Clock& clock)
    : FileConfigurationSource(std::move(path), catalogue, clock, Timing())
{}

QDate FileConfigurationSource::today() const
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(m_clock.wall()).time_since_epoch().count();
    return QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).date();
}

FileConfigurationSource::Stamp FileConfigurationSource::stamp() const
{
    return {stampOf(m_path, m_files) + today().toString(Qt::ISODate).toLatin1(), stampOf(m_others)};
}

void FileConfigurationSource::alsoFollow(const QStringList& files)
{
    if (files == m_others)
        return;
    m_others = files;
    m_loaded.others = stampOf(m_others);
    if (m_changed)
        follow();
}

bool FileConfigurationSource::tryLoad(LoadedConfiguration& loaded)
{
    const Stamp before = stamp();
    loaded = loadConfiguration(m_path, m_catalogue, today());
    const bool sameFiles = loaded.files == m_files;
    m_files = loaded.files;
    m_loaded = stamp();
    return sameFiles && m_loaded == before;
}

LoadedConfiguration FileConfigurationSource::load()
{
    // The first time round says which files there are; the second reads them between two equal stamps.
    // Whoever writes faster than that is waited for by watch().
    constexpr int attempts = 4;
    LoadedConfiguration loaded;
    for (int attempt = 0; attempt < attempts; ++attempt)
        if (tryLoad(loaded))
            break;
    return loaded;
}

void FileConfigurationSource::watch(Changed changed)
{
    m_changed = std::move(changed);
    m_poll.start();
    follow();
    check(); // what changed between load() and now
}

void FileConfigurationSource::check()
{
    if (!m_changed || m_quiet.isActive())
        return;
    m_pending = stamp();
    m_still = {};
    if (m_pending != m_loaded)
        m_quiet.start();
}

std::chrono::milliseconds FileConfigurationSource::stillnessWanted() const
{
    switch (writersOf(m_path, m_files + m_others)) {
    case Writers::None:
        return m_timing.quiet;
    case Writers::Some:
        return m_timing.patience;
    case Writers::Unknown:
        return m_timing.unsure;
    }
    return m_timing.patience;
}

void FileConfigurationSource::stoodStill()
{
    const Stamp before = std::exchange(m_pending, stamp());
    if (m_pending == m_loaded) {
        follow(); // there and back again, under other watches perhaps
        return;
    }
    m_still = m_pending == before ? m_still + m_timing.quiet : std::chrono::milliseconds(0);
    LoadedConfiguration loaded;
    const bool whole = m_still >= std::max(m_timing.quiet, stillnessWanted());
    if (!whole || (!tryLoad(loaded) && !tryLoad(loaded))) {
        if (whole)
            m_loaded = {}; // it moved while it was read
        m_quiet.start();
        return;
    }
    follow();
    m_changed(std::move(loaded));
    check(); // what changed before the new watches stood
}

void FileConfigurationSource::follow()
{
    QStringList wanted{m_path};
    wanted += foldersOf(m_path);
    for (const QString& file : m_files + m_others)
        wanted += QStringList{file} + foldersOf(file);
    wanted.removeDuplicates();
    wanted.removeIf([](const QString& path) { return !QFileInfo::exists(path); });
    // A watch stands on what a name meant when it was set: all are set anew.
    const QStringList old = m_watcher.files() + m_watcher.directories();
    if (!old.isEmpty())
        m_watcher.removePaths(old);
    m_watcher.addPaths(wanted);
}

} // namespace postern
