#include "models/git/reading.h"

#include "models/git/failure.h"
#include "models/git/parse.h"

#include <QHash>

namespace postern {

namespace {

FileAtRevision unreadable(const QString& path, Error::Kind kind, const QString& message)
{
    return {path, failure(Error{.kind = kind,
                                .fault = Error::Fault::Client,
                                .retryable = false,
                                .message = message,
                                .place = {.file = path, .path = {}},
                                .cause = {}})};
}

// What can be read of the files asked for, before their contents are: the rest is refused here.
std::vector<FileAtRevision> choose(const Clone& clone, const QString& revision, const QStringList& paths,
                                   const std::vector<TreeFile>& tree, QHash<QString, QString>& blobs)
{
    QHash<QString, const TreeFile*> byPath;
    for (const TreeFile& file : tree)
        byPath.insert(file.path, &file);
    qint64 total = 0;
    std::vector<FileAtRevision> files;
    for (const QString& path : paths) {
        const TreeFile* file = byPath.value(path);
        if (!file) {
            files.push_back(unreadable(path, Error::Kind::NotFound,
                                       QStringLiteral("%1 has no file %2").arg(revision, path)));
        } else if (file->size > clone.options.maxFileBytes ||
                   total + file->size > clone.options.maxReadBytes) {
            files.push_back(unreadable(
                path, Error::Kind::Exhausted,
                QStringLiteral("%1 is too large to read: %2 bytes, at most %3 a file and %4 together")
                    .arg(path)
                    .arg(file->size)
                    .arg(clone.options.maxFileBytes)
                    .arg(clone.options.maxReadBytes)));
        } else {
            total += file->size;
            blobs.insert(path, file->blob);
            files.push_back({path, QByteArray()});
        }
    }
    return files;
}

Task<Result<QString>> revisionOrTip(GitRun& run, Clone clone, QString revision)
{
    if (revision.isEmpty())
        revision = clone.trackingRef();
    Task<Result<QString>> resolving = resolveCommit(run, clone, revision);
    Result<QString> commit = co_await resolving;
    co_return commit;
}

QStringList logArguments(const LogRequest& request, const QString& commit)
{
    QStringList arguments{QStringLiteral("--literal-pathspecs"),
                          QStringLiteral("log"),
                          QStringLiteral("-z"),
                          QStringLiteral("--no-show-signature"),
                          QStringLiteral("--no-color"),
                          QStringLiteral("--no-patch"),
                          QStringLiteral("--encoding=UTF-8"),
                          QStringLiteral("--format=") + kCommitFormat,
                          QStringLiteral("--max-count=%1").arg(request.limit)};
    if (request.firstLine > 0 && !request.path.isEmpty())
        return arguments << QStringLiteral("-L%1,%2:%3")
                                .arg(request.firstLine)
                                .arg(std::max(request.firstLine, request.lastLine))
                                .arg(request.path)
                         << commit;
    if (!request.path.isEmpty())
        return arguments << QStringLiteral("--follow") << commit << QStringLiteral("--") << request.path;
    return arguments << commit << QStringLiteral("--");
}

} // namespace

Task<Result<std::vector<TreeFile>>> listTree(GitRun& run, Clone clone, QString revision, QString folder)
{
    run.enter(GitStep::Reading);
    Task<Result<QString>> resolving = revisionOrTip(run, clone, revision);
    Result<QString> commit = co_await resolving;
    if (!commit)
        co_return failure(commit.error());
    QStringList arguments{QStringLiteral("--literal-pathspecs"),
                          QStringLiteral("ls-tree"),
                          QStringLiteral("-r"),
                          QStringLiteral("-z"),
                          QStringLiteral("-l"),
                          QStringLiteral("--full-tree"),
                          *commit};
    if (!folder.isEmpty())
        arguments << (folder.endsWith(u'/') ? folder : folder + u'/');
    Task<Result<QByteArray>> listing =
        run.mustGit(clone.command(arguments), QStringLiteral("Listing the files of %1").arg(*commit));
    Result<QByteArray> out = co_await listing;
    if (!out)
        co_return failure(out.error());
    co_return parseTree(*out);
}

Task<Result<std::vector<FileAtRevision>>> readTree(GitRun& run, Clone clone, QString revision,
                                                   QStringList paths)
{
    Task<Result<std::vector<TreeFile>>> listing = listTree(run, clone, revision, QString());
    Result<std::vector<TreeFile>> tree = co_await listing;
    if (!tree)
        co_return failure(tree.error());
    QHash<QString, QString> blobs;
    std::vector<FileAtRevision> files = choose(clone, revision, paths, *tree, blobs);
    if (blobs.isEmpty())
        co_return files;
    const QStringList arguments{QStringLiteral("cat-file"), QStringLiteral("--batch"),
                                QStringLiteral("--buffer")};
    GitCommand command = clone.command(arguments);
    for (const FileAtRevision& file : files) {
        if (file.text)
            command.input += blobs.value(file.path).toLatin1() + '\n';
    }
    // Room for the line that leads each file.
    command.maxOutput = clone.options.maxReadBytes + 256 * static_cast<qint64>(files.size());
    Task<Result<QByteArray>> reading =
        run.mustGit(std::move(command), QStringLiteral("Reading files of %1").arg(revision));
    Result<QByteArray> out = co_await reading;
    if (!out)
        co_return failure(out.error());
    qsizetype offset = 0;
    for (FileAtRevision& file : files) {
        if (file.text)
            file.text = takeBlob(*out, offset, file.path);
    }
    co_return files;
}

Task<Result<std::vector<Commit>>> readLog(GitRun& run, Clone clone, LogRequest request)
{
    run.enter(GitStep::Reading);
    Task<Result<QString>> resolving = revisionOrTip(run, clone, request.revision);
    Result<QString> commit = co_await resolving;
    if (!commit)
        co_return failure(commit.error());
    Task<Result<QByteArray>> reading =
        run.mustGit(clone.command(logArguments(request, *commit)),
                    request.path.isEmpty() ? QStringLiteral("Reading the history")
                                           : QStringLiteral("Reading the history of %1").arg(request.path));
    Result<QByteArray> out = co_await reading;
    if (!out)
        co_return failure(out.error());
    co_return parseCommits(*out);
}

} // namespace postern
