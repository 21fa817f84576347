#include "app/workspace/edit_desk.h"

#include "app/workspace/document_library.h"

namespace postern {

EditDesk::EditDesk(DocumentLibrary& library, const PolicyCatalogue& catalogue, const QString& repository,
                   const QString& draftsDirectory, QObject* parent)
    : QObject(parent)
    , m_library(library)
    , m_catalogue(catalogue)
    , m_repository(repository)
    , m_drafts(draftsDirectory)
{
    m_pool.setMaxThreadCount(1);
    connect(&m_library, &DocumentLibrary::snapshotChanged, this, &EditDesk::onSnapshot);
    connect(&m_drafts, &DraftStore::loaded, this, &EditDesk::takeDrafts);
    connect(&m_drafts, &DraftStore::failed, this,
            [this](const QString&, const Error& error) { Q_EMIT draftFailed(error); });
    m_drafts.load();
}

EditDesk::~EditDesk() { m_pool.waitForDone(); }

EditSession* EditDesk::open(const QString& file)
{
    if (EditSession* open = session(file))
        return open;
    const DocumentSnapshotPtr snapshot = m_library.snapshot();
    if (!snapshot || !snapshot->texts.contains(file))
        return nullptr;
    auto* session = new EditSession({m_catalogue, m_drafts, m_pool, m_repository}, file, snapshot, this);
    connect(session, &EditSession::textChanged, this, &EditDesk::editsChanged);
    m_sessions.emplace(file, session);
    return session;
}

EditSession* EditDesk::session(const QString& file) const
{
    const auto found = m_sessions.find(file);
    return found == m_sessions.end() ? nullptr : found->second;
}

QStringList EditDesk::editedFiles() const
{
    QStringList files;
    for (const auto& [file, session] : m_sessions)
        if (session->isEdited())
            files << file;
    return files;
}

void EditDesk::takeDrafts(const std::vector<Draft>& drafts, const std::vector<Error>& unreadable)
{
    for (const Draft& draft : drafts)
        if (draft.repository == m_repository)
            m_waiting.push_back(draft);
    for (const Error& error : unreadable)
        Q_EMIT draftFailed(error);
    restoreDrafts();
}

void EditDesk::restoreDrafts()
{
    if (!m_library.snapshot())
        return;
    QStringList files;
    for (const Draft& draft : std::exchange(m_waiting, {})) {
        EditSession* session = open(draft.file);
        if (!session) {
            m_homeless.push_back(draft);
            continue;
        }
        // What was typed since the start is newer than the draft.
        if (session->isEdited())
            continue;
        session->restore(draft);
        if (session->isEdited())
            files << draft.file;
    }
    if (!files.isEmpty())
        Q_EMIT restored(files);
}

void EditDesk::onSnapshot(const DocumentSnapshotPtr& snapshot)
{
    for (const auto& [file, session] : m_sessions)
        session->setDocuments(snapshot);
    restoreDrafts();
}

} // namespace postern
