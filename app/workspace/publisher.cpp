#include "app/workspace/publisher.h"

#include "app/workspace/document_library.h"
#include "app/workspace/edit_session.h"

#include <algorithm>

namespace postern {

Publisher::Publisher(Repository& repository, DocumentLibrary& library, const PolicyCatalogue& catalogue,
                     QObject* parent)
    : QObject(parent), m_repository(repository), m_library(library), m_catalogue(catalogue)
{}

bool Publisher::publish(EditSession& session)
{
    if (m_step != Step::Idle || !session.isEdited() || !session.isJudged() || !session.judgement()->isSound())
        return false;
    m_session = &session;
    m_publication = {};
    m_publication.file = session.file();
    m_publication.message = session.message();
    m_publication.text = session.text();
    for (const ApiEffect& effect : session.judgement()->effects)
        m_publication.hashes.emplace_back(effect.api, effect.newHash);
    setStep(Step::Committing);
    auto* operation = m_repository.commit(
        {.base = session.base(), .files = {{session.file(), session.text()}}, .message = session.message()});
    operation->then(this, [this](const Result<Commit>& commit) {
        if (!commit)
            return fail(commit.error());
        m_publication.commit = *commit;
        Q_EMIT committed(m_publication);
        push();
    });
    Q_EMIT started(operation, m_step);
    return true;
}

void Publisher::push()
{
    setStep(Step::Pushing);
    auto* operation =
        m_repository.push(m_publication.commit.hash, [this](const QString& path, const QByteArray& text) {
            return recheck(path, text);
        });
    operation->then(this, [this](const Result<PushOutcome>& outcome) {
        if (outcome)
            return finish(*outcome);
        // The edit itself is kept as a draft; a commit that never arrived would only lie about.
        m_repository.dropPending(m_publication.commit.hash);
        fail(outcome.error());
    });
    Q_EMIT started(operation, m_step);
}

void Publisher::finish(const PushOutcome& outcome)
{
    m_publication.outcome = outcome;
    if (m_session)
        m_session->setPublished(outcome.commit, m_publication.text);
    setStep(Step::Idle);
    Q_EMIT pushed(m_publication);
    m_library.refresh();
}

void Publisher::fail(const Error& error)
{
    setStep(Step::Idle);
    Q_EMIT failed(m_publication.file, error);
    m_library.refresh();
}

void Publisher::setStep(Step step)
{
    m_step = step;
    Q_EMIT stepChanged();
}

std::optional<Error> Publisher::recheck(const QString& path, const QByteArray& text) const
{
    QHash<QString, QByteArray> texts;
    if (const DocumentSnapshotPtr documents = m_library.snapshot())
        texts = documents->texts;
    texts.insert(path, text);
    const auto checked =
        readDocuments({}, texts, m_catalogue, QDateTime::currentDateTimeUtc().date()).snapshot;
    const auto isFault = [&](const Finding& finding) {
        return finding.severity == Finding::Severity::Error && finding.place.file == path;
    };
    const auto inDocument = std::ranges::find_if(checked->documents.findings, isFault);
    if (inDocument != checked->documents.findings.end())
        return Error::invalid(inDocument->text(), inDocument->place);
    for (const auto& [api, effective] : checked->effective) {
        const auto inMerge = std::ranges::find_if(effective.findings, isFault);
        if (inMerge != effective.findings.end())
            return Error::invalid(inMerge->text(), inMerge->place);
    }
    return {};
}

} // namespace postern
