#pragma once

#include "models/schema/document_path.h"
#include "models/schema/node.h"

#include <QByteArray>
#include <QJsonValue>

namespace postern {

struct FieldDescription;

/// Edits a YAML text by splicing bytes: comments, order, quoting, blank lines and line ends elsewhere survive
/// exactly. After every edit the text is parsed again and must mean exactly what was asked, else it is left
/// as it was and the error says why. A value: copies are cheap. Paths as in document_path.h, in the chosen
/// document.
class YamlEdit
{
public:
    /// \a document counts the documents of the file from 0.
    [[nodiscard]] static Result<YamlEdit> create(const QByteArray& text, std::size_t document = 0);

    /// Gives the scalar at \a path another value, keeping its quoting where the value allows. A missing key
    /// is added to its mapping; missing mappings on the way are made.
    Result<void> setScalar(const QString& path, const Node& value);
    /// Replaces the value at \a path, of whatever kind, or adds it.
    Result<void> setValue(const QString& path, const Node& value);
    /// Adds \a item to the sequence at \a path (made when missing) before \a index; past the end: last.
    Result<void> insertItem(const QString& path, qsizetype index, const Node& item);
    /// Removes the key or item at \a path, with the comment that stands on its own lines.
    Result<void> remove(const QString& path);

    [[nodiscard]] const QByteArray& text() const { return m_text; }
    [[nodiscard]] const Node& root() const { return m_documents[m_document]; }

private:
    YamlEdit(QByteArray text, std::vector<Node> documents, std::size_t document);

    /// Makes \a text the text, if it means \a wanted and the file's other documents mean what they did.
    Result<void> take(const QByteArray& text, const Node& wanted, const QString& path);
    /// Replaces or adds as a whole; merge() goes down and changes what differs.
    Result<void> put(const QString& path, const Node& value);
    Result<void> merge(const QString& path, const Node& value);
    Result<void> mergeMapping(const QString& path, const Node& old, const Node& value);
    Result<void> mergeSequence(const QString& path, const Node& old, const Node& value);

    QByteArray m_text;
    std::vector<Node> m_documents;
    std::size_t m_document;
};

/// A normalised JSON value (as forms hold it) as the node that a document would write; Duration and Bytes get
/// their units.
[[nodiscard]] Node nodeFromJson(const QJsonValue& value, const FieldDescription* field = nullptr);

} // namespace postern
