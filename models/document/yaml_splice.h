#pragma once

#include "models/schema/node.h"

#include <QByteArray>

namespace postern {

/// Where the parts of a YAML text begin and end, for splicing: the places that nodes do not know of
/// themselves (lines, dashes, commas, own comments). Offsets in bytes. Borrows the text; lives for one edit.
class YamlSplice
{
public:
    explicit YamlSplice(const QByteArray& text) : m_text(text) {}

    struct Range
    {
        qsizetype from = 0;
        qsizetype to = 0;
    };

    [[nodiscard]] QByteArray lineEnd() const;
    [[nodiscard]] qsizetype lineStart(qsizetype offset) const;
    /// Just past the last byte of the line, its line end excluded.
    [[nodiscard]] qsizetype lineStop(qsizetype offset) const;
    /// Just past the line's end; the text's end for a last line without one.
    [[nodiscard]] qsizetype nextLine(qsizetype offset) const;

    /// Just past the last byte that says something of \a node: a block's trailing lines excluded.
    [[nodiscard]] qsizetype contentEnd(const Node& node) const;
    /// The dash before an item of a block sequence; -1 when there is none.
    [[nodiscard]] qsizetype dashOf(const Node& item) const;
    /// The columns before \a offset on its line.
    [[nodiscard]] qsizetype indentAt(qsizetype offset) const { return offset - lineStart(offset); }
    /// Whether nothing but spaces stands before \a offset on its line.
    [[nodiscard]] bool beginsLine(qsizetype offset) const;
    /// From the first of the comment lines right above \a offset's line that are indented as it is, else its
    /// line.
    [[nodiscard]] qsizetype withOwnComments(qsizetype offset) const;

    /// The whole lines of a block entry or item that begins at \a start, with its own comments.
    [[nodiscard]] Range blockLines(qsizetype start, const Node& value) const;

private:
    const QByteArray& m_text;
};

} // namespace postern
