#include "app/words/source_words.h"

#include "app/words/error_words.h"
#include "app/words/time_words.h"

#include <QCoreApplication>

#include <algorithm>

namespace postern {
namespace {

struct SourceWords
{
    Q_DECLARE_TR_FUNCTIONS(SourceWords)

public:
    static QString live() { return tr("live"); }
    static QString waiting() { return tr("waiting for the first answer"); }
    static QString connecting() { return tr("waiting for data"); }
    static QString asOf(const QString& time) { return tr("as of %1").arg(time); }
    static QString awaySince(const QString& time) { return tr("away since %1").arg(time); }
    static QString away() { return tr("away"); }
    static QString partly(const QStringList& missing)
    {
        return tr("answers, but not: %1").arg(missing.join(tr(", ")));
    }
    static QString partial(const QString& source) { return tr("%1 answers in part").arg(source); }
    static QString ofSource(const QString& source, const QString& state)
    {
        return tr("%1: %2").arg(source, state);
    }
    static QString named(const QString& source, const QString& state)
    {
        return tr("%1 %2").arg(source, state);
    }
    static QString shortly(SourceState::State state)
    {
        switch (state) {
        case SourceState::State::Waiting:
            return tr("is asked");
        case SourceState::State::Live:
            return tr("up to date");
        case SourceState::State::Partial:
            return tr("answers in part");
        case SourceState::State::Away:
            return tr("is away");
        }
        return {};
    }
    static QString environmentHint()
    {
        return tr("From the labels “environment” and “cluster” of the fleet's gateways");
    }
    static QString contextHint()
    {
        return tr("The fleet names no environment; this is the name of its file");
    }
};

int gravity(const SourceState& state)
{
    switch (state.state) {
    case SourceState::State::Live:
        return 0;
    case SourceState::State::Waiting:
        return 1;
    case SourceState::State::Partial:
        return 2;
    case SourceState::State::Away:
        return 3;
    }
    return 0;
}

/// The different values of a label, sorted.
QStringList valuesOf(const FleetSnapshot& fleet, const QString& label)
{
    QStringList values;
    for (const ApiStatus& api : fleet.apis)
        for (const InstanceStatus& instance : api.instances)
            if (const QString value = instance.gateway.labels.value(label); !value.isEmpty())
                values << value;
    values.removeDuplicates();
    values.sort();
    return values;
}

bool isProductionName(const QString& name)
{
    return name == QLatin1String("production") || name == QLatin1String("prod") ||
           name == QLatin1String("live");
}

DataStateWords liveWords(const std::vector<SourceState>& sources, Clock::Wall now,
                         std::chrono::seconds freshFor, ZoneChoice zone)
{
    // The figures come from Prometheus: their age is what must never be doubted.
    const auto figures = std::ranges::find(sources, QStringLiteral("prometheus"), &SourceState::source);
    if (figures != sources.end() && figures->asOf && now - *figures->asOf > freshFor)
        return {SourceWords::asOf(clockTime(*figures->asOf, zone)), State::Watch, {}};
    return {SourceWords::live(), State::Good, {}};
}

} // namespace

QString sourceStateText(const SourceState& state, Clock::Wall now, ZoneChoice zone)
{
    switch (state.state) {
    case SourceState::State::Waiting:
        return SourceWords::waiting();
    case SourceState::State::Live:
        return SourceWords::live();
    case SourceState::State::Partial:
        return SourceWords::partly(state.missing);
    case SourceState::State::Away:
        return state.since ? SourceWords::awaySince(shortTime(*state.since, now, zone)) : SourceWords::away();
    }
    return {};
}

State stateOf(const SourceState& state)
{
    switch (state.state) {
    case SourceState::State::Waiting:
        return State::Unknown;
    case SourceState::State::Live:
        return State::Good;
    case SourceState::State::Partial:
        return State::Watch;
    case SourceState::State::Away:
        return State::Bad;
    }
    return State::Unknown;
}

DataStateWords dataStateWords(const std::vector<SourceState>& sources, Clock::Wall now,
                              std::chrono::seconds freshFor, ZoneChoice zone)
{
    if (sources.empty())
        return {SourceWords::connecting(), State::Unknown, {}};
    const SourceState& worst =
        *std::ranges::max_element(sources, {}, [](const SourceState& source) { return gravity(source); });
    DataStateWords words;
    switch (worst.state) {
    case SourceState::State::Live:
        words = liveWords(sources, now, freshFor, zone);
        break;
    case SourceState::State::Waiting:
        words = {SourceWords::connecting(), State::Unknown, {}};
        break;
    case SourceState::State::Partial:
        words = {SourceWords::partial(sourceName(worst.source)), State::Watch, {}};
        break;
    case SourceState::State::Away:
        words = {
            SourceWords::named(sourceName(worst.source), sourceStateText(worst, now, zone)), State::Bad, {}};
        break;
    }
    QStringList lines;
    for (const SourceState& source : sources)
        lines << SourceWords::ofSource(sourceName(source.source), sourceStateText(source, now, zone));
    words.hint = lines.join(QLatin1Char('\n'));
    return words;
}

QString railFooter(const std::vector<SourceState>& sources)
{
    QStringList lines;
    for (const SourceState& source : sources)
        lines << SourceWords::named(sourceName(source.source), SourceWords::shortly(source.state));
    return lines.join(QLatin1Char('\n'));
}

EnvironmentWords environmentWords(const FleetSnapshot& fleet, const QString& otherwise)
{
    const QStringList environments = valuesOf(fleet, QStringLiteral("environment"));
    const QStringList clusters = valuesOf(fleet, QStringLiteral("cluster"));
    if (environments.isEmpty())
        return {otherwise, false, SourceWords::contextHint()};
    QString name = environments.join(QLatin1String(", "));
    if (!clusters.isEmpty())
        name += QStringLiteral(" · ") + clusters.join(QLatin1String(", "));
    return {name, std::ranges::any_of(environments, isProductionName), SourceWords::environmentHint()};
}

} // namespace postern
