#pragma once

#include "models/base/result.h"
#include "models/document/yaml_render.h"
#include "models/document/yaml_splice.h"
#include "models/schema/document_path.h"

#include <algorithm>

namespace postern {

/// A way down the tree: the nodes from the root to where a path leads, or to where it leaves the tree.
struct Way
{
    std::vector<PathStep> steps;
    std::vector<Node*> nodes; ///< nodes[i] is reached after i steps

    [[nodiscard]] bool arrived() const { return nodes.size() == steps.size() + 1; }
    [[nodiscard]] Node& target() const { return *nodes.back(); }
    [[nodiscard]] Node& parent() const { return *nodes[nodes.size() - 2]; }
    [[nodiscard]] bool inFlow() const
    {
        return std::any_of(nodes.begin(), nodes.end(), [](const Node* node) {
            return !node->isScalar() && node->style == Node::Style::Flow;
        });
    }
};

/// The edits as they act on a text, each as one splice. The tree is changed alongside: what the new text has
/// to mean.
class TreeSplice
{
public:
    TreeSplice(const QByteArray& text, Node& root)
        : m_text(text), m_root(root), m_places(text), m_render(m_places.lineEnd())
    {}

    Result<QByteArray> setValue(const QString& path, const Node& value);
    Result<QByteArray> insertItem(const QString& path, qsizetype index, const Node& item);
    Result<QByteArray> remove(const QString& path);

private:
    [[nodiscard]] QByteArray spliced(qsizetype from, qsizetype to, const QByteArray& with) const
    {
        return m_text.left(from) + with + m_text.mid(to);
    }
    QByteArray replace(const Way& way, const Node& value) const;
    Result<QByteArray> addMissing(const Way& way, const QString& path, const Node& value);
    QByteArray addEntry(const Way& way, Node& mapping, const QString& key, const Node& value) const;
    QByteArray appendLines(const Node& after, qsizetype indent, const QByteArray& lines) const;
    QByteArray removeFlow(const Way& way, qsizetype index, qsizetype count) const;
    QByteArray removeEntry(const Way& way, std::size_t index) const;
    [[nodiscard]] qsizetype keyIndent(const Way& way) const;

    const QByteArray& m_text;
    Node& m_root;
    YamlSplice m_places;
    YamlRender m_render;
};

} // namespace postern
