// The checks of scalars.h for lists and maps.
#include "models/schema/document_path.h"
#include "models/schema/scalars.h"

#include <QHash>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

bool acceptsCount(const FieldDescription& field, std::size_t count, const Node& node, const QString& path,
                  Findings& findings)
{
    const std::size_t least = field.minimumItems.value_or(0);
    const std::size_t most = field.maximumItems.value_or(10'000);
    if (count >= least && count <= most)
        return true;
    const QString expected = count < least ? u"at least %1"_s.arg(least) : u"at most %1"_s.arg(most);
    findings.error(u"wrong-length"_s, node, path, describe(node), expected);
    return false;
}

void reportRepeats(const FieldDescription& field, const Node& node, const QString& path, Findings& findings)
{
    const bool ofScalars = field.uniqueBy == u'.';
    QHash<QString, int> seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const Node* key = ofScalars ? &node.items[i] : node.items[i].find(field.uniqueBy);
        if (!key || !key->isScalar())
            continue;
        const QString itemPath = pathTo(path, qsizetype(i));
        if (const auto first = seen.constFind(key->text); first != seen.constEnd())
            findings.error(ofScalars ? u"duplicate-value"_s : u"duplicate-name"_s, *key,
                           ofScalars ? itemPath : pathTo(itemPath, field.uniqueBy), quoted(key->text),
                           u"each once; it stands in line %1 already"_s.arg(*first));
        else
            seen.insert(key->text, key->start.line);
    }
}

} // namespace

bool acceptsList(const FieldDescription& field, const Node& node, const QString& path, Findings& findings)
{
    if (!node.isSequence()) {
        findings.error(u"wrong-type"_s, node, path, describe(node), field.expectation());
        return false;
    }
    if (!acceptsCount(field, node.items.size(), node, path, findings))
        return false;
    if (!field.uniqueBy.isEmpty())
        reportRepeats(field, node, path, findings);
    return true;
}

bool acceptsMap(const FieldDescription& field, const Node& node, const QString& path, Findings& findings)
{
    if (!node.isMapping()) {
        findings.error(u"wrong-type"_s, node, path, describe(node), field.expectation());
        return false;
    }
    if (!acceptsCount(field, node.entries.size(), node, path, findings))
        return false;
    if (!field.keyRule)
        return true;
    for (const Node::Entry& entry : node.entries)
        if (!field.keyRule->accepts(entry.key.text))
            findings.error(field.keyRule->rule, entry.key, pathTo(path, entry.key.text),
                           quoted(entry.key.text), field.keyRule->expected);
    return true;
}

} // namespace postern
