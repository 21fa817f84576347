#pragma once

#include <QString>
#include <QStringView>

#include <vector>

namespace postern {

/// A point in a source text.
struct Mark
{
    int line = 0;         ///< from 1; 0 where the node was made in memory
    int column = 0;       ///< from 1, in code points
    qsizetype offset = 0; ///< in bytes from the start of the source

    friend bool operator==(const Mark&, const Mark&) = default;
};

/// One value of a YAML document, with where it stands. A plain value: copied freely, passed between threads.
/// Tags, anchors and aliases never reach a node: the reader refuses them.
struct Node
{
    enum class Kind { Null, Scalar, Sequence, Mapping };
    enum class Style { Plain, SingleQuoted, DoubleQuoted, Literal, Folded, Block, Flow };
    struct Entry;

    Kind kind = Kind::Null;
    Style style = Style::Plain;
    QString text; ///< of a scalar, unescaped; of a null as written (`~`, `null` or nothing)
    Mark start;
    Mark end;                ///< just past the last byte; of a block collection, the start of what follows it
    std::vector<Node> items; ///< of a sequence
    std::vector<Entry> entries; ///< of a mapping, in the document's order; keys are unique

    /// The value under \a key, or nullptr.
    [[nodiscard]] const Node* find(QStringView key) const;
    [[nodiscard]] const Entry* findEntry(QStringView key) const;

    [[nodiscard]] bool isNull() const { return kind == Kind::Null; }
    [[nodiscard]] bool isScalar() const { return kind == Kind::Scalar; }
    [[nodiscard]] bool isSequence() const { return kind == Kind::Sequence; }
    [[nodiscard]] bool isMapping() const { return kind == Kind::Mapping; }
    [[nodiscard]] bool isPlain() const { return kind == Kind::Scalar && style == Style::Plain; }

    /// Nodes made in memory, without a place.
    static Node scalar(const QString& text, Style style = Style::Plain);
    static Node sequence(std::vector<Node> items);
    static Node mapping(std::vector<Entry> entries);
};

struct Node::Entry
{
    Node key; ///< always a scalar
    Node value;
};

/// The same meaning: kinds, texts, order; styles and places aside. A quoted "1" differs from a plain 1.
[[nodiscard]] bool sameMeaning(const Node& left, const Node& right);

/// What a reader of findings calls the value: `nothing`, `"text"`, `100`, `a list of 3`, `a mapping`.
[[nodiscard]] QString describe(const Node& node);

} // namespace postern
