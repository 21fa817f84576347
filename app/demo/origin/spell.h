#pragma once

#include <QJsonObject>

namespace postern::demo {

/// A bad time of an origin.
struct Spell
{
    double errors = 0;     ///< share of requests answered with 500 or 503
    double slowness = 1.0; ///< latencies are multiplied by it

    [[nodiscard]] QJsonObject toJson() const
    {
        return {{QStringLiteral("errors"), errors}, {QStringLiteral("slowness"), slowness}};
    }
    static Spell fromJson(const QJsonObject& object)
    {
        return {.errors = object.value(QLatin1String("errors")).toDouble(0),
                .slowness = object.value(QLatin1String("slowness")).toDouble(1)};
    }
};

} // namespace postern::demo
