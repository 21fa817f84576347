#include "widgets/editor/diff_lines.h"

#include "widgets/editor/line_diff.h"

#include <algorithm>

namespace postern {
namespace {

using Parts = QList<std::pair<qsizetype, qsizetype>>;

void appendPart(Parts& parts, qsizetype begin, qsizetype length)
{
    if (!parts.isEmpty() && parts.back().first + parts.back().second == begin)
        parts.back().second += length;
    else
        parts.append({begin, length});
}

/// Marks what differs between a removed line and the added one that replaces it. Lines that share too little
/// are left unmarked: all of it differs.
void markParts(DiffLine& removed, DiffLine& added)
{
    const auto before = wordsOf(removed.text);
    const auto after = wordsOf(added.text);
    Parts removedParts;
    Parts addedParts;
    qsizetype shared = 0;
    for (const DiffStep& step : diffSequences(before, after)) {
        if (step.kind == DiffStep::Kind::Removed) {
            const QStringView word = before.at(step.before);
            appendPart(removedParts, word.data() - removed.text.constData(), word.size());
        } else if (step.kind == DiffStep::Kind::Added) {
            const QStringView word = after.at(step.after);
            appendPart(addedParts, word.data() - added.text.constData(), word.size());
        } else {
            shared += before.at(step.before).trimmed().size();
        }
    }
    if (shared * 3 < std::max(removed.text.trimmed().size(), added.text.trimmed().size()))
        return;
    removed.parts = removedParts;
    added.parts = addedParts;
}

/// Puts the removed lines of each change before its added ones, and pairs them.
QList<DiffLine> allLines(const QList<QStringView>& before, const QList<QStringView>& after)
{
    QList<DiffLine> lines;
    QList<DiffLine> removed;
    QList<DiffLine> added;
    const auto flush = [&] {
        for (qsizetype i = 0; i < std::min(removed.size(), added.size()); ++i)
            markParts(removed[i], added[i]);
        lines += removed;
        lines += added;
        removed.clear();
        added.clear();
    };
    for (const DiffStep& step : diffSequences(before, after)) {
        switch (step.kind) {
        case DiffStep::Kind::Removed:
            removed.append(
                {DiffLine::Kind::Removed, int(step.before) + 1, 0, before.at(step.before).toString(), 0, {}});
            break;
        case DiffStep::Kind::Added:
            added.append(
                {DiffLine::Kind::Added, 0, int(step.after) + 1, after.at(step.after).toString(), 0, {}});
            break;
        case DiffStep::Kind::Same:
            flush();
            lines.append({DiffLine::Kind::Same,
                          int(step.before) + 1,
                          int(step.after) + 1,
                          after.at(step.after).toString(),
                          0,
                          {}});
            break;
        }
    }
    flush();
    return lines;
}

} // namespace

QList<DiffLine> unifiedDiff(const QString& before, const QString& after, int context)
{
    const QList<DiffLine> lines = allLines(linesOf(before), linesOf(after));
    QList<bool> kept(lines.size(), false);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (lines.at(i).kind == DiffLine::Kind::Same)
            continue;
        const qsizetype from = std::max<qsizetype>(0, i - context);
        const qsizetype to = std::min<qsizetype>(lines.size() - 1, i + context);
        std::fill(kept.begin() + from, kept.begin() + to + 1, true);
    }
    QList<DiffLine> shown;
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (kept.at(i)) {
            shown.append(lines.at(i));
        } else if (!shown.isEmpty() && shown.back().kind == DiffLine::Kind::Folded) {
            ++shown.back().folded;
        } else {
            shown.append({DiffLine::Kind::Folded, 0, 0, {}, 1, {}});
        }
    }
    return shown;
}

} // namespace postern
