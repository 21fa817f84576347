#include "models/document/effective_json.h"

#include "models/document/yaml_edit.h"
#include "models/document/yaml_render.h"

#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

QJsonObject originJson(const Origin& origin)
{
    QJsonObject json{{u"layer"_s, nameOf(origin.layer)}, {u"document"_s, origin.document},
                     {u"file"_s, origin.place.file},     {u"line"_s, origin.place.line},
                     {u"column"_s, origin.place.column}, {u"path"_s, origin.place.path}};
    if (!origin.revision.isEmpty())
        json.insert(u"revision"_s, origin.revision);
    return json;
}

QJsonObject governanceJson(const GovernanceFinding& finding)
{
    QJsonObject json{{u"baseline"_s, finding.baseline},
                     {u"requirement"_s, finding.requirement},
                     {u"state"_s, nameOf(finding.state)},
                     {u"detail"_s, finding.detail}};
    if (finding.exemptUntil.isValid())
        json.insert(u"exemptUntil"_s, finding.exemptUntil.toString(Qt::ISODate));
    return json;
}

Node textNode(const QString& text)
{
    return Node::scalar(text, readsAsText(text) ? Node::Style::Plain : Node::Style::DoubleQuoted);
}

Node originNode(const Origin& origin)
{
    std::vector<Node::Entry> entries;
    entries.push_back({Node::scalar(u"layer"_s), textNode(nameOf(origin.layer))});
    entries.push_back({Node::scalar(u"document"_s), textNode(origin.document)});
    entries.push_back({Node::scalar(u"file"_s), textNode(origin.place.file)});
    entries.push_back({Node::scalar(u"line"_s), Node::scalar(QString::number(origin.place.line))});
    if (!origin.revision.isEmpty())
        entries.push_back({Node::scalar(u"revision"_s), textNode(origin.revision)});
    return Node::mapping(std::move(entries));
}

/// In the order of the field tables, which is that of people; JSON has none.
void sortByTable(Node& node, const RecordDescription& record)
{
    const auto rank = [&](const Node::Entry& entry) {
        const auto& fields = record.fields();
        return std::find_if(fields.begin(), fields.end(),
                            [&](const FieldDescription& field) { return field.name == entry.key.text; }) -
               fields.begin();
    };
    std::stable_sort(node.entries.begin(), node.entries.end(),
                     [&](const Node::Entry& a, const Node::Entry& b) { return rank(a) < rank(b); });
    for (Node::Entry& entry : node.entries) {
        const FieldDescription* field = record.find(entry.key.text);
        if (!field || !field->leaf().record)
            continue;
        if (entry.value.isMapping())
            sortByTable(entry.value, *field->leaf().record);
        for (Node& item : entry.value.items)
            sortByTable(item, *field->leaf().record);
    }
}

Node recordNode(const RecordDescription& record, const QJsonObject& value)
{
    FieldDescription field;
    field.kind = FieldDescription::Kind::Record;
    field.record = &record;
    Node node = nodeFromJson(value, &field);
    sortByTable(node, record);
    return node;
}

Node policiesNode(const std::vector<EffectivePolicyPtr>& policies, const QJsonArray& json,
                  const PolicyCatalogue& catalogue)
{
    std::vector<Node> items;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const QJsonObject policy = json.at(qsizetype(i)).toObject();
        std::vector<Node::Entry> entries;
        for (const QString& key : {u"name"_s, u"type"_s, u"mode"_s})
            if (policy.contains(key))
                entries.push_back({Node::scalar(key), textNode(policy[key].toString())});
        const PolicyTypeDescription* type = catalogue.find(policies[i]->entry.type);
        if (policy.contains(u"config") && type && type->config)
            entries.push_back(
                {Node::scalar(u"config"_s), recordNode(*type->config, policy[u"config"].toObject())});
        entries.push_back({Node::scalar(u"origin"_s), originNode(policies[i]->origin)});
        items.push_back(Node::mapping(std::move(entries)));
    }
    return Node::sequence(std::move(items));
}

void setEntry(Node& mapping, const QString& key, Node value)
{
    for (Node::Entry& entry : mapping.entries)
        if (entry.key.text == key) {
            entry.value = std::move(value);
            return;
        }
}

Node specNode(const EffectiveDocument& effective, const PolicyCatalogue& catalogue)
{
    const QJsonArray routes = effective.spec[u"routes"].toArray();
    Node spec = recordNode(gatewaySpecRecord(), effective.spec);
    setEntry(spec, u"policies"_s,
             policiesNode(effective.policies, effective.spec[u"policies"].toArray(), catalogue));
    for (Node::Entry& entry : spec.entries)
        if (entry.key.text == "routes"_L1)
            for (std::size_t i = 0; i < entry.value.items.size(); ++i)
                setEntry(entry.value.items[i], u"policies"_s,
                         policiesNode(effective.routes[i].policies,
                                      routes.at(qsizetype(i))[u"policies"].toArray(), catalogue));
    return spec;
}

} // namespace

QJsonObject originsJson(const EffectiveDocument& effective)
{
    QJsonObject origins;
    const auto add = [&](const std::vector<EffectivePolicyPtr>& policies, const QString& path) {
        for (std::size_t i = 0; i < policies.size(); ++i)
            origins.insert(pathTo(path, qsizetype(i)), originJson(policies[i]->origin));
    };
    add(effective.policies, u"policies"_s);
    for (std::size_t i = 0; i < effective.routes.size(); ++i)
        add(effective.routes[i].policies, pathTo(u"routes"_s, qsizetype(i)) + u".policies"_s);
    return origins;
}

QJsonObject effectiveJson(const EffectiveDocument& effective)
{
    QJsonArray governance;
    for (const GovernanceFinding& finding : effective.governance)
        governance.append(governanceJson(finding));
    return {{u"api"_s, effective.id},
            {u"hash"_s, effective.hash},
            {u"revision"_s, effective.revision},
            {u"baselines"_s, QJsonArray::fromStringList(effective.baselines)},
            {u"spec"_s, effective.spec},
            {u"origins"_s, originsJson(effective)},
            {u"governance"_s, governance}};
}

QByteArray effectiveYaml(const EffectiveDocument& effective, const PolicyCatalogue& catalogue)
{
    const YamlRender render("\n");
    std::vector<Node> baselines;
    for (const QString& name : effective.baselines)
        baselines.push_back(textNode(name));
    QByteArray text = render.entry(u"api"_s, textNode(effective.id), 0) + '\n' +
                      render.entry(u"hash"_s, textNode(effective.hash), 0) + '\n';
    if (!effective.revision.isEmpty())
        text += render.entry(u"revision"_s, textNode(effective.revision), 0) + '\n';
    return text + render.entry(u"baselines"_s, Node::sequence(std::move(baselines)), 0) + '\n' +
           render.entry(u"spec"_s, specNode(effective, catalogue), 0) + '\n';
}

} // namespace postern
