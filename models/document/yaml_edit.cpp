#include "models/document/yaml_edit.h"

#include "models/document/tree_splice.h"
#include "models/schema/field_description.h"
#include "models/schema/record_description.h"
#include "models/schema/yaml_reader.h"

#include <QJsonArray>
#include <QJsonObject>

#include <cmath>

namespace postern {

using namespace Qt::StringLiterals;

YamlEdit::YamlEdit(QByteArray text, std::vector<Node> documents, std::size_t document)
    : m_text(std::move(text)), m_documents(std::move(documents)), m_document(document)
{}

Result<YamlEdit> YamlEdit::create(const QByteArray& text, std::size_t document)
{
    Findings findings;
    std::vector<Node> documents = readYaml(text, findings);
    if (findings.hasErrors()) {
        const Finding& first = findings.all().front();
        return failure(Error::invalid(u"%1, expected %2"_s.arg(first.found, first.expected), first.place));
    }
    if (document >= documents.size())
        return failure(
            Error::invalid(u"the text has %1 documents, not %2"_s.arg(documents.size()).arg(document + 1)));
    return YamlEdit(text, std::move(documents), document);
}

Result<void> YamlEdit::take(const QByteArray& text, const Node& wanted, const QString& path)
{
    Findings findings;
    std::vector<Node> documents = readYaml(text, findings);
    bool same = !findings.hasErrors() && documents.size() == m_documents.size();
    for (std::size_t i = 0; same && i < documents.size(); ++i)
        same = sameValue(documents[i], i == m_document ? wanted : m_documents[i]);
    if (!same) {
        const Mark at = nearestNode(root(), path).start;
        return failure(Error::invalid(
            u"%1 can not be changed without touching what stands around it; edit the text there"_s.arg(path),
            {.file = {}, .line = at.line, .column = at.column, .path = path}));
    }
    m_text = text;
    m_documents = std::move(documents);
    return {};
}

Result<void> YamlEdit::setScalar(const QString& path, const Node& value)
{
    Q_ASSERT(value.isScalar() || value.isNull());
    if (const Node* old = nodeAt(root(), path); old && !old->isScalar() && !old->isNull())
        return failure(Error::invalid(u"%1 is %2, expected a single value"_s.arg(path, describe(*old))));
    return put(path, value);
}

Result<void> YamlEdit::put(const QString& path, const Node& value)
{
    Node wanted = root();
    const auto text = TreeSplice(m_text, wanted).setValue(path, value);
    return text ? take(*text, wanted, path) : failure(text.error());
}

Result<void> YamlEdit::insertItem(const QString& path, qsizetype index, const Node& item)
{
    Node wanted = root();
    const auto text = TreeSplice(m_text, wanted).insertItem(path, index, item);
    return text ? take(*text, wanted, path) : failure(text.error());
}

Result<void> YamlEdit::remove(const QString& path)
{
    Node wanted = root();
    const auto text = TreeSplice(m_text, wanted).remove(path);
    return text ? take(*text, wanted, path) : failure(text.error());
}

Result<void> YamlEdit::setValue(const QString& path, const Node& value)
{
    YamlEdit changed = *this;
    if (const auto done = changed.merge(path, value); !done)
        return done;
    *this = std::move(changed);
    return {};
}

Result<void> YamlEdit::merge(const QString& path, const Node& value)
{
    const Node* old = nodeAt(root(), path);
    if (old && sameValue(*old, value))
        return {};
    if (old && old->isMapping() && value.isMapping() && !old->entries.empty() && !value.entries.empty())
        return mergeMapping(path, Node(*old), value);
    if (old && old->isSequence() && value.isSequence() && !old->items.empty() && !value.items.empty())
        return mergeSequence(path, Node(*old), value);
    return put(path, value);
}

Result<void> YamlEdit::mergeMapping(const QString& path, const Node& old, const Node& value)
{
    // What comes before what goes: a mapping is then never empty in between.
    for (const Node::Entry& entry : value.entries)
        if (const auto done = merge(pathTo(path, entry.key.text), entry.value); !done)
            return done;
    for (const Node::Entry& entry : old.entries)
        if (!value.find(entry.key.text))
            if (const auto done = remove(pathTo(path, entry.key.text)); !done)
                return done;
    return {};
}

Result<void> YamlEdit::mergeSequence(const QString& path, const Node& old, const Node& value)
{
    const auto before = static_cast<qsizetype>(old.items.size());
    const auto after = static_cast<qsizetype>(value.items.size());
    const auto oldItem = [&](qsizetype i) -> const Node& { return old.items[static_cast<std::size_t>(i)]; };
    const auto newItem = [&](qsizetype i) -> const Node& { return value.items[static_cast<std::size_t>(i)]; };
    qsizetype head = 0;
    while (head < std::min(before, after) && sameValue(oldItem(head), newItem(head)))
        ++head;
    qsizetype tail = 0;
    while (tail < std::min(before, after) - head &&
           sameValue(oldItem(before - 1 - tail), newItem(after - 1 - tail)))
        ++tail;
    const qsizetype common = std::min(before, after) - head - tail;
    for (qsizetype i = head; i < head + common; ++i)
        if (const auto done = merge(pathTo(path, i), newItem(i)); !done)
            return done;
    for (qsizetype i = head + common; i < after - tail; ++i)
        if (const auto done = insertItem(path, i, newItem(i)); !done)
            return done;
    for (qsizetype i = before - tail; i-- > head + common;)
        if (const auto done = remove(pathTo(path, i)); !done)
            return done;
    return {};
}

namespace {

Node scalarFromNumber(double number)
{
    const bool whole = number == std::floor(number) && std::abs(number) < 9e15;
    return Node::scalar(whole ? QString::number(static_cast<qint64>(number))
                              : QString::number(number, 'g', 15));
}

/// The description of what a mapping has under \a key; null where nothing says.
const FieldDescription* describedUnder(const FieldDescription* field, QStringView key)
{
    if (!field)
        return nullptr;
    if (field->kind == FieldDescription::Kind::Map)
        return field->elements.get();
    return field->record ? field->record->find(key) : nullptr;
}

} // namespace

Node nodeFromJson(const QJsonValue& value, const FieldDescription* field)
{
    using Kind = FieldDescription::Kind;
    if (field && (field->kind == Kind::Duration || field->kind == Kind::Bytes) && value.isDouble())
        return Node::scalar(field->documentText(value));
    switch (value.type()) {
    case QJsonValue::Bool:
        return Node::scalar(value.toBool() ? u"true"_s : u"false"_s);
    case QJsonValue::Double:
        return scalarFromNumber(value.toDouble());
    case QJsonValue::String: {
        const QString text = value.toString();
        return Node::scalar(text, readsAsText(text) ? Node::Style::Plain : Node::Style::DoubleQuoted);
    }
    case QJsonValue::Array: {
        Node list = Node::sequence({});
        list.style = Node::Style::Flow;
        for (const QJsonValue item : value.toArray()) {
            list.items.push_back(nodeFromJson(item, field ? field->elements.get() : nullptr));
            if (!list.items.back().isScalar())
                list.style = Node::Style::Block;
        }
        return list;
    }
    case QJsonValue::Object: {
        Node mapping = Node::mapping({});
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            mapping.entries.push_back(
                {Node::scalar(it.key()), nodeFromJson(it.value(), describedUnder(field, it.key()))});
        return mapping;
    }
    default:
        return {};
    }
}

} // namespace postern
