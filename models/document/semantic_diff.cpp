#include "models/document/semantic_diff.h"

#include "models/document/record_diff.h"

#include <QHash>
#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Kind = SemanticChange::Kind;
using Area = SemanticChange::Area;

/// The objects of an array by their name.
class NamedItems
{
public:
    explicit NamedItems(const QJsonValue& array)
    {
        for (const QJsonValue& item : array.toArray()) {
            const QString name = item[u"name"].toString();
            m_names << name;
            m_items.insert(name, item.toObject());
        }
    }
    [[nodiscard]] const QStringList& names() const { return m_names; }
    [[nodiscard]] bool contains(const QString& name) const { return m_items.contains(name); }
    [[nodiscard]] QJsonObject item(const QString& name) const { return m_items.value(name); }
    /// The names that \a others has too, in their order here.
    [[nodiscard]] QStringList namesIn(const NamedItems& others) const
    {
        QStringList result;
        std::copy_if(m_names.begin(), m_names.end(), std::back_inserter(result),
                     [&](const QString& name) { return others.contains(name); });
        return result;
    }

private:
    QStringList m_names;
    QHash<QString, QJsonObject> m_items;
};

/// Two policies of the same name: type, mode, config.
std::vector<FieldChange> diffPolicies(const QJsonObject& before, const QJsonObject& after,
                                      const PolicyCatalogue& catalogue)
{
    const QString type = before[u"type"].toString();
    if (type != after[u"type"].toString())
        return {{u"type"_s, type, after[u"type"].toString()}};
    std::vector<FieldChange> changes;
    const QString was = before[u"mode"].toString(nameOf(Mode::Enforce));
    const QString is = after[u"mode"].toString(nameOf(Mode::Enforce));
    if (was != is)
        changes.push_back({u"mode"_s, was, is});
    const PolicyTypeDescription* description = catalogue.find(type);
    if (description && description->config)
        for (FieldChange& change :
             diffRecords(*description->config, before[u"config"].toObject(), after[u"config"].toObject()))
            changes.push_back(std::move(change));
    return changes;
}

QString policyText(const QJsonObject& policy)
{
    const QString mode = policy[u"mode"].toString();
    return policy[u"type"].toString() + (mode.isEmpty() ? QString() : u", "_s + mode);
}

QString routeText(const QJsonObject& route)
{
    QStringList methods;
    for (const QJsonValue& method : route[u"match"][u"methods"].toArray())
        methods << method.toString();
    const QString upstream = route[u"upstream"].toString();
    return (methods.isEmpty() ? QString() : methods.join(u", "_s) + u' ') +
           route[u"match"][u"path"].toString() + (upstream.isEmpty() ? QString() : u" → "_s + upstream);
}

/// One comparison.
class Differ
{
public:
    Differ(const QJsonObject& before, const QJsonObject& after, const PolicyCatalogue& catalogue)
        : m_before(before), m_after(after), m_catalogue(catalogue)
    {
        m_routes = int(after[u"routes"].toArray().size());
    }

    std::vector<SemanticChange> run()
    {
        for (const FieldDescription& field : gatewaySpecRecord().fields())
            compareField(field);
        return std::move(m_changes);
    }

private:
    void compareField(const FieldDescription& field);
    void compareNamed(const FieldDescription& field, Area area);
    void compareRoutes();
    void comparePolicies();
    void comparePolicies(const NamedItems& before, const NamedItems& after, const QString& route);
    void order(const NamedItems& before, const NamedItems& after, Area area, const QString& subject,
               const QString& route);
    void add(Kind kind, Area area, const QString& subject, const FieldChange& change,
             const QString& route = {});

    const QJsonObject& m_before;
    const QJsonObject& m_after;
    const PolicyCatalogue& m_catalogue;
    int m_routes = 0;
    std::vector<SemanticChange> m_changes;
    QHash<QStringList, std::size_t> m_policyChanges; ///< what was said → its index in m_changes
};

void Differ::compareField(const FieldDescription& field)
{
    if (field.name == "routes"_L1)
        return compareRoutes();
    if (field.name == "policies"_L1)
        return comparePolicies();
    if (field.name == "listeners"_L1)
        return compareNamed(field, Area::Listener);
    if (field.name == "upstreams"_L1)
        return compareNamed(field, Area::Upstream);
    if (field.name == "objectives"_L1)
        return compareNamed(field, Area::Objective);
    if (field.record)
        for (const FieldChange& change :
             diffRecords(*field.record, m_before[field.name].toObject(), m_after[field.name].toObject()))
            add(Kind::Changed, Area::Setting, field.name, change);
}

void Differ::compareNamed(const FieldDescription& field, Area area)
{
    const NamedItems before(m_before[field.name]);
    const NamedItems after(m_after[field.name]);
    const RecordDescription& record = *field.elements->record;
    for (const QString& name : before.names()) {
        if (!after.contains(name)) {
            add(Kind::Removed, area, name, {});
            continue;
        }
        for (const FieldChange& change : diffRecords(record, before.item(name), after.item(name)))
            add(Kind::Changed, area, name, change);
    }
    for (const QString& name : after.names())
        if (!before.contains(name))
            add(Kind::Added, area, name, {});
    order(before, after, area, field.name, {});
}

void Differ::compareRoutes()
{
    const NamedItems before(m_before[u"routes"]);
    const NamedItems after(m_after[u"routes"]);
    for (const QString& name : before.names()) {
        QJsonObject old = before.item(name);
        if (!after.contains(name)) {
            add(Kind::Removed, Area::Route, name, {{}, routeText(old), {}});
            continue;
        }
        QJsonObject current = after.item(name);
        old.remove(u"policies"_s);
        current.remove(u"policies"_s);
        for (const FieldChange& change : diffRecords(routeRecord(), old, current))
            add(Kind::Changed, Area::Route, name, change);
    }
    for (const QString& name : after.names())
        if (!before.contains(name))
            add(Kind::Added, Area::Route, name, {{}, {}, routeText(after.item(name))});
    order(before, after, Area::Route, u"routes"_s, {});
}

void Differ::comparePolicies()
{
    const NamedItems before(m_before[u"routes"]);
    const NamedItems after(m_after[u"routes"]);
    for (const QString& name : before.names())
        if (after.contains(name))
            comparePolicies(NamedItems(before.item(name)[u"policies"]),
                            NamedItems(after.item(name)[u"policies"]), name);
    // The API's own level last: what routes have told already is not told again.
    comparePolicies(NamedItems(m_before[u"policies"]), NamedItems(m_after[u"policies"]), {});
}

void Differ::comparePolicies(const NamedItems& before, const NamedItems& after, const QString& route)
{
    for (const QString& name : before.names()) {
        const QJsonObject old = before.item(name);
        if (!after.contains(name)) {
            add(Kind::Removed, Area::Policy, name, {{}, policyText(old), {}}, route);
            continue;
        }
        for (const FieldChange& change : diffPolicies(old, after.item(name), m_catalogue))
            add(Kind::Changed, Area::Policy, name, change, route);
    }
    for (const QString& name : after.names())
        if (!before.contains(name))
            add(Kind::Added, Area::Policy, name, {{}, {}, policyText(after.item(name))}, route);
    order(before, after, Area::Policy, u"policies"_s, route);
}

void Differ::order(const NamedItems& before, const NamedItems& after, Area area, const QString& subject,
                   const QString& route)
{
    const QStringList was = before.namesIn(after);
    const QStringList is = after.namesIn(before);
    if (was != is)
        add(Kind::Reordered, area, subject, {u"order"_s, was.join(u", "_s), is.join(u", "_s)}, route);
}

void Differ::add(Kind kind, Area area, const QString& subject, const FieldChange& change,
                 const QString& route)
{
    SemanticChange entry{kind, area, subject, change.field, change.before, change.after, {}, m_routes};
    if (area == Area::Policy) {
        // The same change on another route is one change.
        const QStringList key{nameOf(kind), subject, change.field, change.before, change.after};
        const auto same = m_policyChanges.constFind(key);
        if (same != m_policyChanges.constEnd()) {
            if (!route.isEmpty())
                m_changes[*same].routes << route;
            return;
        }
        m_policyChanges.insert(key, m_changes.size());
        if (!route.isEmpty())
            entry.routes << route;
    }
    m_changes.push_back(std::move(entry));
}

} // namespace

SemanticDiff diffEffective(const EffectiveDocument& before, const EffectiveDocument& after,
                           const PolicyCatalogue& catalogue)
{
    SemanticDiff diff{after.id, before.hash, after.hash, {}};
    if (before.hash == after.hash)
        return diff;
    diff.changes = Differ(before.spec, after.spec, catalogue).run();
    // The hash decides: what no comparison above knows is still told.
    if (diff.changes.empty())
        diff.changes.push_back({Kind::Changed,
                                Area::Api,
                                u"configuration"_s,
                                u"hash"_s,
                                before.hash.left(12),
                                after.hash.left(12),
                                {},
                                int(after.routes.size())});
    return diff;
}

} // namespace postern
