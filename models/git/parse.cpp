#include "models/git/parse.h"

namespace postern {

namespace {

constexpr qsizetype kCommitFields = 6;

Error unexpected(const QString& path)
{
    return {.kind = Error::Kind::Internal,
            .fault = Error::Fault::Environment,
            .retryable = false,
            .message = QStringLiteral("git cat-file gave no content for %1").arg(path),
            .place = {.file = path, .path = {}},
            .cause = {}};
}

} // namespace

std::vector<Commit> parseCommits(const QByteArray& out)
{
    std::vector<Commit> commits;
    const QList<QByteArray> fields = out.split('\0');
    for (qsizetype i = 0; i + kCommitFields <= fields.size(); i += kCommitFields) {
        Commit commit;
        // With -L a line feed stands between the records.
        commit.hash = QString::fromLatin1(fields[i].trimmed());
        commit.parents = QString::fromLatin1(fields[i + 1]).split(u' ', Qt::SkipEmptyParts);
        commit.author = QString::fromUtf8(fields[i + 2]);
        commit.email = QString::fromUtf8(fields[i + 3]);
        commit.time = QDateTime::fromSecsSinceEpoch(fields[i + 4].toLongLong(), Qt::UTC);
        commit.message = QString::fromUtf8(fields[i + 5]).trimmed();
        commit.subject = commit.message.section(u'\n', 0, 0);
        commits.push_back(std::move(commit));
    }
    return commits;
}

std::vector<TreeFile> parseTree(const QByteArray& out)
{
    std::vector<TreeFile> files;
    for (const QByteArray& line : out.split('\0')) {
        const qsizetype tab = line.indexOf('\t');
        if (tab < 0)
            continue;
        const QList<QByteArray> parts = line.left(tab).simplified().split(' ');
        // 120000 is a symbolic link, 160000 a submodule.
        if (parts.size() != 4 || !parts[0].startsWith("100"))
            continue;
        files.push_back({.path = QString::fromUtf8(line.mid(tab + 1)),
                         .blob = QString::fromLatin1(parts[2]),
                         .size = parts[3].toLongLong(),
                         .executable = parts[0] == "100755"});
    }
    return files;
}

Result<QByteArray> takeBlob(const QByteArray& out, qsizetype& offset, const QString& path)
{
    const qsizetype end = out.indexOf('\n', offset);
    if (end < 0)
        return failure(unexpected(path));
    const QList<QByteArray> head = out.mid(offset, end - offset).split(' ');
    offset = end + 1;
    if (head.size() != 3 || head[1] != "blob")
        return failure(unexpected(path));
    const qsizetype size = head[2].toLongLong();
    if (offset + size >= out.size())
        return failure(unexpected(path));
    QByteArray text = out.mid(offset, size);
    offset += size + 1;
    return text;
}

PushReply parsePush(const QByteArray& out)
{
    for (const QByteArray& line : out.split('\n')) {
        const QList<QByteArray> parts = line.split('\t');
        if (parts.size() < 3 || parts[0].size() != 1)
            continue;
        if (parts[0] != "!")
            return PushReply::Done;
        const QByteArray& summary = parts[2];
        if (summary.contains("[remote failure]"))
            return PushReply::Unknown;
        for (const char* moved : {"(fetch first)", "(non-fast-forward)", "(stale info)"}) {
            if (summary.contains(moved))
                return PushReply::Moved;
        }
        // Another push came between the remote's look at the branch and its change.
        for (const char* raced : {"cannot lock ref", "failed to update ref", "incorrect old value"}) {
            if (summary.contains(raced))
                return PushReply::Moved;
        }
        return PushReply::Refused;
    }
    return PushReply::Unknown;
}

} // namespace postern
