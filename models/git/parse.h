#pragma once

#include "models/git/types.h"

namespace postern {

/// For `git log -z --format=`: what parseCommits reads.
inline const QString kCommitFormat = QStringLiteral("%H%x00%P%x00%an%x00%ae%x00%at%x00%B");

/// `git log -z` in kCommitFormat.
[[nodiscard]] std::vector<Commit> parseCommits(const QByteArray& out);

/// `git ls-tree -r -z -l`: regular files alone.
[[nodiscard]] std::vector<TreeFile> parseTree(const QByteArray& out);

/// The next object of `git cat-file --batch`; moves \a offset behind it.
[[nodiscard]] Result<QByteArray> takeBlob(const QByteArray& out, qsizetype& offset, const QString& path);

/// What became of the one ref of `git push --porcelain`.
enum class PushReply {
    Done,    ///< updated, or already so
    Moved,   ///< the branch has commits that ours lacks: fetch, rebase, again
    Refused, ///< by a hook, a permission, a protection
    Unknown  ///< nothing was said about the ref: the connection, or git itself, failed
};
[[nodiscard]] PushReply parsePush(const QByteArray& out);

} // namespace postern
