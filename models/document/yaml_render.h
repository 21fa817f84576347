#pragma once

#include "models/schema/node.h"

#include <QByteArray>

namespace postern {

/// Whether a plain scalar of this text is read as text by YAML 1.2's core schema and by 1.1's readers alike:
/// no null, boolean or number.
[[nodiscard]] bool readsAsText(QStringView plain);

/// The same value: kinds, order, texts, and whether a scalar is text or something else; quoting aside.
[[nodiscard]] bool sameValue(const Node& left, const Node& right);

/// Writes nodes as YAML text, to be spliced into a document.
class YamlRender
{
public:
    /// \a lineEnd: of the document, "\n" or "\r\n".
    explicit YamlRender(QByteArray lineEnd) : m_lineEnd(std::move(lineEnd)) {}

    /// A scalar that keeps \a like's quoting where its text allows.
    [[nodiscard]] QByteArray scalar(const Node& value, Node::Style like, bool inFlow) const;
    /// Any value on one line: collections in brackets and braces.
    [[nodiscard]] QByteArray flow(const Node& value) const;
    /// What follows a key or a dash: ` 50`, ` {a: 1}`, or lines of their own. \a indent: columns of the key
    /// or dash; no line end at the end.
    [[nodiscard]] QByteArray after(const Node& value, qsizetype indent) const;
    /// `key: value`, and the lines that belong to it, the first without its indentation.
    [[nodiscard]] QByteArray entry(const QString& key, const Node& value, qsizetype indent) const;
    /// `- value`, likewise.
    [[nodiscard]] QByteArray item(const Node& value, qsizetype indent) const;

private:
    QByteArray m_lineEnd;
};

} // namespace postern
