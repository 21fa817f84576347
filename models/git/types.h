#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QDateTime>
#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <vector>

namespace postern {

/// A clone as it stood when last looked at. The console reads and writes the remote's branch (`tip`);
/// the user's own checkout only says which branch and remote are meant.
struct RepositoryState
{
    QString directory; ///< top of the user's work tree
    QString branch;    ///< the branch edits go to, e.g. `main`
    QString remote;    ///< e.g. `origin`
    QString upstream;  ///< e.g. `origin/main`
    QString tip;       ///< the remote's branch as last fetched; empty while it has no commit
    QString head;      ///< the user's checkout; empty while its branch has no commit
    bool detached = false;
    int ahead = 0;       ///< commits of the user's branch that the remote lacks
    int behind = 0;      ///< and the other way round
    QDateTime fetchedAt; ///< by us, in this process; invalid before

    friend bool operator==(const RepositoryState&, const RepositoryState&) = default;
};

struct TreeFile
{
    QString path; ///< from the top of the tree, `/` between
    QString blob;
    qint64 size = 0;
    bool executable = false;

    friend bool operator==(const TreeFile&, const TreeFile&) = default;
};

struct FileAtRevision
{
    QString path;
    Result<QByteArray> text; ///< NotFound, or Exhausted when larger than the limit
};

struct Commit
{
    QString hash;
    QStringList parents;
    QString author;
    QString email;
    QDateTime time;  ///< the author's
    QString subject; ///< first line of the message
    QString message; ///< all of it

    friend bool operator==(const Commit&, const Commit&) = default;
};

/// Which commits to tell about, newest first.
struct LogRequest
{
    QString revision;  ///< empty: the tip
    QString path;      ///< empty: of the whole tree
    int firstLine = 0; ///< from 1; with lastLine: only commits that touched these lines, as a policy's own
    int lastLine = 0;
    int limit = 50;
};

/// One file as it shall be; no text removes the file.
struct FileEdit
{
    QString path;
    std::optional<QByteArray> text;
};

struct CommitRequest
{
    QString base; ///< the commit the edit was begun from
    std::vector<FileEdit> files;
    QString message;
};

/// Asked about every edited file after a rebase merged it with other people's changes, before it is pushed:
/// text that merges cleanly may still be a wrong document. An error stops the push.
using Recheck = std::function<std::optional<Error>(const QString& path, const QByteArray& text)>;

struct PushOutcome
{
    QString commit; ///< what the remote's branch now contains: another than was asked for after a rebase
    bool rebased = false;
    bool alreadyThere = false; ///< others had pushed the same change; `commit` is the tip that has it
};

} // namespace postern
