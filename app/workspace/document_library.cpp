#include "app/workspace/document_library.h"

#include "app/workspace/background.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace postern {

DocumentLibrary::DocumentLibrary(Repository& repository, const PolicyCatalogue& catalogue, const Clock& clock,
                                 const Options& options, QObject* parent)
    : QObject(parent), m_repository(repository), m_catalogue(catalogue), m_clock(clock)
{
    m_pool.setMaxThreadCount(1);
    m_state.source = QStringLiteral("repository");
    m_timer.setInterval(options.fetchEvery);
    connect(&m_timer, &QTimer::timeout, this, &DocumentLibrary::begin);
}

DocumentLibrary::~DocumentLibrary() { m_pool.waitForDone(); }

void DocumentLibrary::start()
{
    refresh();
    m_timer.start();
}

void DocumentLibrary::refresh()
{
    // The one under way may have asked before there was what is looked for.
    m_again = m_busy;
    begin();
}

void DocumentLibrary::begin()
{
    if (m_busy)
        return;
    m_busy = true;
    if (m_open)
        fetch();
    else
        open();
}

const Commit* DocumentLibrary::commit(const QString& hash) const
{
    const auto found = std::ranges::find(m_commits, hash, &Commit::hash);
    return found != m_commits.end() ? &*found : nullptr;
}

void DocumentLibrary::open()
{
    m_repository.open()->then(this, [this](const Result<RepositoryState>& state) {
        if (!state) {
            failed(state.error());
            return end();
        }
        m_open = true;
        // What an earlier fetch brought can be shown while the remote is asked.
        if (!state->tip.isEmpty())
            readTip(state->tip);
        fetch();
    });
}

void DocumentLibrary::fetch()
{
    m_repository.fetch()->then(this, [this](const Result<RepositoryState>& state) { take(state); });
}

void DocumentLibrary::take(const Result<RepositoryState>& state)
{
    if (state) {
        answered();
        if (!state->tip.isEmpty() && state->tip != m_tip)
            readTip(state->tip);
    } else {
        failed(state.error());
    }
    end();
}

void DocumentLibrary::end()
{
    m_busy = false;
    if (std::exchange(m_again, false))
        begin();
}

void DocumentLibrary::readTip(const QString& tip)
{
    m_tip = tip;
    m_asked.clear();
    m_unreadable.clear();
    m_repository.listFiles(tip)->then(this, [this, tip](const Result<std::vector<TreeFile>>& files) {
        if (tip != m_tip)
            return; // a newer one is being read
        if (!files)
            return failed(files.error());
        m_tree.clear();
        std::ranges::transform(*files, std::back_inserter(m_tree), &TreeFile::path);
        QStringList documents;
        std::ranges::copy_if(m_tree, std::back_inserter(documents), isDocumentPath);
        readTexts(tip, documents, {});
    });
    readLog();
}

void DocumentLibrary::readTexts(const QString& tip, const QStringList& paths,
                                QHash<QString, QByteArray> known)
{
    m_asked += paths;
    const auto receive =
        [this, tip, known = std::move(known)](const Result<std::vector<FileAtRevision>>& files) mutable {
            if (tip != m_tip)
                return;
            if (!files)
                return failed(files.error());
            for (const FileAtRevision& file : *files) {
                if (file.text)
                    known.insert(file.path, *file.text);
                else
                    m_unreadable << file.path;
            }
            parse(tip, known);
        };
    m_repository.readFiles(tip, paths)->then(this, receive);
}

void DocumentLibrary::parse(const QString& tip, const QHash<QString, QByteArray>& texts)
{
    const QDate today = QDateTime::currentDateTimeUtc().date();
    const PolicyCatalogue* catalogue = &m_catalogue;
    runInBackground(
        m_pool, this, [=] { return readDocuments(tip, texts, *catalogue, today); },
        [this, tip, texts](const DocumentReading& reading) {
            if (tip != m_tip)
                return;
            // Files that documents name (a JWKS) are known only now; each is asked for once.
            QStringList more;
            for (const QString& file : reading.lacking)
                if (m_tree.contains(file) && !m_asked.contains(file))
                    more << file;
            if (more.isEmpty())
                finish(reading.snapshot);
            else
                readTexts(tip, more, texts);
        });
}

void DocumentLibrary::finish(const DocumentSnapshotPtr& snapshot)
{
    m_snapshot = snapshot;
    if (m_state.state == SourceState::State::Live)
        answered();
    Q_EMIT snapshotChanged(snapshot);
}

void DocumentLibrary::readLog()
{
    m_repository.log({.revision = m_tip, .path = {}, .firstLine = 0, .lastLine = 0, .limit = 200})
        ->then(this, [this](const Result<std::vector<Commit>>& commits) {
            if (!commits)
                return failed(commits.error());
            m_commits = *commits;
            Q_EMIT commitsChanged();
        });
}

void DocumentLibrary::answered()
{
    m_state.state = m_unreadable.isEmpty() ? SourceState::State::Live : SourceState::State::Partial;
    m_state.missing = m_unreadable;
    m_state.asOf = m_clock.wall();
    m_state.since.reset();
    m_state.error.reset();
    Q_EMIT stateChanged();
}

void DocumentLibrary::failed(const Error& error)
{
    if (!m_snapshot || m_snapshot->revision != m_tip)
        m_tip.clear(); // so that the next answer reads it again
    if (m_state.state != SourceState::State::Away)
        m_state.since = m_clock.wall();
    m_state.state = SourceState::State::Away;
    m_state.error = error;
    Q_EMIT stateChanged();
}

} // namespace postern
