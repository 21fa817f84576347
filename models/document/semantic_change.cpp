#include "models/document/semantic_diff.h"

#include <QJsonArray>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Kind = SemanticChange::Kind;
using Area = SemanticChange::Area;

/// `, on 3 routes`
QString reach(const SemanticChange& change)
{
    if (change.area != Area::Policy)
        return {};
    if (change.routes.isEmpty())
        return u", where no route matches"_s;
    if (change.routes.size() == 1)
        return u", on the route %1"_s.arg(change.routes.front());
    return u", on %1 routes"_s.arg(change.routes.size());
}

QString subjectText(const SemanticChange& change)
{
    // Policies, settings and whole lists speak for themselves; of the rest the area tells what the name
    // names.
    const bool plain = change.area == Area::Policy || change.area == Area::Setting ||
                       change.area == Area::Api || change.kind == Kind::Reordered;
    return plain ? change.subject : nameOf(change.area) + u' ' + change.subject;
}

} // namespace

QString nameOf(SemanticChange::Kind kind)
{
    switch (kind) {
    case Kind::Added:
        return u"added"_s;
    case Kind::Removed:
        return u"removed"_s;
    case Kind::Changed:
        return u"changed"_s;
    case Kind::Reordered:
        return u"reordered"_s;
    }
    return {};
}

QString nameOf(SemanticChange::Area area)
{
    switch (area) {
    case Area::Api:
        return u"api"_s;
    case Area::Listener:
        return u"listener"_s;
    case Area::Upstream:
        return u"upstream"_s;
    case Area::Route:
        return u"route"_s;
    case Area::Policy:
        return u"policy"_s;
    case Area::Objective:
        return u"objective"_s;
    case Area::Setting:
        return u"setting"_s;
    }
    return {};
}

QString SemanticChange::text() const
{
    const QString what = kind == Kind::Added || kind == Kind::Removed ? after + before : QString();
    QString text = subjectText(*this) + u": "_s;
    if (kind == Kind::Added || kind == Kind::Removed)
        text += nameOf(kind) + (what.isEmpty() ? QString() : u" (%1)"_s.arg(what));
    else
        text += field + u' ' + before + u" → "_s + after;
    return text + reach(*this);
}

QJsonObject SemanticChange::json() const
{
    return {{u"kind"_s, nameOf(kind)},
            {u"area"_s, nameOf(area)},
            {u"subject"_s, subject},
            {u"field"_s, field},
            {u"before"_s, before},
            {u"after"_s, after},
            {u"routes"_s, QJsonArray::fromStringList(routes)},
            {u"text"_s, text()}};
}

} // namespace postern
