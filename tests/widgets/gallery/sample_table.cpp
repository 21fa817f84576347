#include "tests/widgets/gallery/sample_table.h"

#include "widgets/theme/tokens.h"

#include <cmath>
#include <limits>

namespace postern::gallery {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct Api
{
    const char* name;
    const char* space;
    const char* team;
    postern::State state;
    double rate;
    double errors;
    double p99;
    double left;
    double burn1;
    double burn6;
    const char* gone;
    const char* instances;
    const char* runs;
    bool behind;
};

constexpr Api apis[] = {
    {"cards", "payments", "Issuing", postern::State::Bad, 2310, 0.482, 184, 0.12, 48.2, 21.4, "1 h 47 min",
     "3 of 3", "9f3c1a2", false},
    {"transfers", "payments", "Ledger", postern::State::Watch, 1080, 0.021, 96, 0.41, 2.1, 1.6, "5 d 4 h",
     "2 of 3", "4f1c2a9", true},
    {"accounts", "payments", "Ledger", postern::State::Good, 3940, 0.002, 31, 0.93, 0.2, 0.3, "", "3 of 3",
     "4f1c2a9", false},
    {"limits", "payments", "Risk", postern::State::Good, 812, 0.001, 22, 0.97, 0.1, 0.1, "", "3 of 3",
     "77ab01e", false},
    {"statements", "payments", "Ledger", postern::State::Good, 146, 0.004, 412, 0.88, 0.4, 0.4, "", "2 of 2",
     "77ab01e", false},
    {"authorisations", "cards", "Issuing", postern::State::Good, 5270, 0.001, 18, 0.95, 0.1, 0.2, "",
     "6 of 6", "c01d5f2", false},
    {"disputes", "cards", "Issuing", postern::State::Good, 12.4, 0, 240, 0.99, 0, 0, "", "2 of 2", "c01d5f2",
     false},
    {"tokens", "cards", "Issuing", postern::State::Good, 1610, 0.003, 14, 0.90, 0.3, 0.3, "", "3 of 3",
     "c01d5f2", false},
    {"notifications", "platform", "Messaging", postern::State::Unknown, none, none, none, none, none, none,
     "since 13:41", "0 of 2", "", true},
    {"onboarding", "platform", "Growth", postern::State::Good, 3.1, 0, 530, none, none, none,
     "too few requests", "2 of 2", "a77e0b3", false},
    {"webhooks", "platform", "Messaging", postern::State::Good, 431, 0.006, 77, 0.81, 0.6, 0.5, "", "3 of 3",
     "a77e0b3", false},
    {"fx-rates", "treasury", "Treasury", postern::State::Good, 98.2, 0.002, 9, 0.94, 0.2, 0.1, "", "2 of 2",
     "19be7c4", false},
    {"settlement", "treasury", "Treasury", postern::State::Good, 41, 0, 1120, 0.99, 0, 0, "", "2 of 2",
     "19be7c4", false},
};

QStandardItem* cell(const QString& text)
{
    auto* item = new QStandardItem(text);
    item->setEditable(false);
    return item;
}

QStandardItem* number(double value, const QString& text, postern::State state)
{
    auto* item = cell(std::isnan(value) ? QString() : text);
    item->setData(value, Sort);
    if (state == postern::State::Bad || state == postern::State::Watch)
        item->setData(int(state), State);
    return item;
}

QString rateText(double rate)
{
    return rate >= 1000  ? QStringLiteral("%1 k").arg(rate / 1000, 0, 'f', 2)
           : rate >= 100 ? QString::number(rate, 'f', 0)
                         : QString::number(rate, 'f', 1);
}

QStandardItem* sparkline(const Api& api, int seed)
{
    QList<double> values;
    for (int i = 0; i < 60; ++i) {
        const double wave = 0.8 + 0.15 * std::sin((i + seed * 9) / 9.0) + 0.04 * std::sin(i * 2.3 + seed);
        values.append(std::isnan(api.rate) ? none : api.rate * wave);
    }
    if (seed % 13 == 2)
        std::fill(values.begin() + 20, values.begin() + 26, none);
    auto* item = cell({});
    item->setData(QVariant::fromValue(values), Sparkline);
    item->setData(api.rate, Sort);
    if (api.state == postern::State::Bad)
        item->setData(int(api.state), State);
    return item;
}

QList<QStandardItem*> row(const Api& api, int index)
{
    const QString suffix = index >= 13 ? QStringLiteral("-%1").arg(index) : QString();
    auto* name = cell(QLatin1String(api.name) + suffix);
    name->setData(int(api.state), State);
    const auto burnState = api.burn1 > 10  ? postern::State::Bad
                           : api.burn1 > 1 ? postern::State::Watch
                                           : postern::State::Good;
    auto* left =
        number(api.left, QStringLiteral("%1 %").arg(std::lround(api.left * 100)), postern::State::Good);
    left->setData(api.left, Share);
    left->setData(int(api.left < 0.2   ? postern::State::Bad
                      : api.left < 0.5 ? postern::State::Watch
                                       : postern::State::Good),
                  State);
    auto* gone = cell(QLatin1String(api.gone));
    if (burnState != postern::State::Good && api.state != postern::State::Unknown)
        gone->setData(int(burnState), State);
    auto* instances = cell(QLatin1String(api.instances));
    if (api.behind)
        instances->setData(int(postern::State::Watch), State);
    auto* runs = cell(QLatin1String(api.runs));
    runs->setData(QLatin1String(api.runs), Link);
    return {name,
            cell(QLatin1String(api.space)),
            cell(QLatin1String(api.team)),
            sparkline(api, index),
            number(api.rate, rateText(api.rate), postern::State::Good),
            number(api.errors, QString::number(api.errors, 'f', 3),
                   burnState == postern::State::Bad ? burnState : postern::State::Good),
            number(api.p99, QString::number(api.p99), postern::State::Good),
            left,
            number(api.burn1, QString::number(api.burn1), burnState),
            number(api.burn6, QString::number(api.burn6), burnState),
            gone,
            instances,
            runs};
}

} // namespace

CellRoles roles()
{
    return {.state = State,
            .sort = Sort,
            .sparkline = Sparkline,
            .share = Share,
            .freshness = Freshness,
            .link = Link,
            .emphasis = Emphasis,
            .detail = Detail,
            .copy = -1};
}

std::unique_ptr<QStandardItemModel> fleetModel(int count)
{
    auto model = std::make_unique<QStandardItemModel>();
    for (int i = 0; i < count; ++i)
        model->appendRow(row(apis[i % 13], i));
    model->setHorizontalHeaderLabels(
        {QStringLiteral("API"), QStringLiteral("Namespace"), QStringLiteral("Team"),
         QStringLiteral("Traffic, 6 h"), QStringLiteral("Req/s"), QStringLiteral("Errors, %"),
         QStringLiteral("p99, ms"), QStringLiteral("Budget left"), QStringLiteral("Burn 1 h"),
         QStringLiteral("Burn 6 h"), QStringLiteral("Gone in"), QStringLiteral("Gateways"),
         QStringLiteral("Runs")});
    return model;
}

QList<DataTable::Column> fleetColumns()
{
    return {{CellKind::StateName, 134, true, {}}, {CellKind::Muted, 80, true, {}},
            {CellKind::Muted, 84, true, {}},      {CellKind::Sparkline, 96, true, {}},
            {CellKind::Number, 66, true, {}},     {CellKind::Number, 66, true, {}},
            {CellKind::Number, 62, true, {}},     {CellKind::Budget, 116, true, {}},
            {CellKind::Number, 62, true, {}},     {CellKind::Number, 62, true, {}},
            {CellKind::Text, 118, true, {}},      {CellKind::Number, 72, true, {}},
            {CellKind::Link, 70, true, {}}};
}

std::unique_ptr<QStandardItemModel> policiesModel()
{
    auto model = std::make_unique<QStandardItemModel>();
    const char* const rows[][7] = {
        {"Identify", "request-id", "requestId", "enforce", "baseline payments", "100", "0"},
        {"Bound", "body-size", "requestSize", "enforce", "baseline payments", "99.99", "0.01"},
        {"Inspect", "attacks", "waf", "shadow", "gateway.yaml:41", "99.82", "0.18"},
        {"Authenticate", "callers", "jwt", "enforce", "gateway.yaml:28", "99.71", "0.29"},
        {"Limit", "fair-use", "rateLimit", "enforce", "gateway.yaml:46", "99.64", "0.36"},
    };
    for (const auto& texts : rows) {
        QList<QStandardItem*> items;
        for (const char* text : texts)
            items.append(cell(QLatin1String(text)));
        if (items.at(3)->text() == QLatin1String("shadow"))
            items.at(3)->setData(int(postern::State::Watch), State);
        if (items.at(4)->text().contains(u':'))
            items.at(4)->setData(items.at(4)->text(), Link);
        else
            items.at(4)->setData(1, Emphasis);
        model->appendRow(items);
    }
    model->setHorizontalHeaderLabels(
        {QStringLiteral("Stage"), QStringLiteral("Policy"), QStringLiteral("Type"), QStringLiteral("Mode"),
         QStringLiteral("Comes from"), QStringLiteral("Allow, %"), QStringLiteral("Deny, %")});
    return model;
}

QList<DataTable::Column> policiesColumns()
{
    return {{CellKind::Muted, 94, true, {}}, {CellKind::Text, 118, true, {}},
            {CellKind::Muted, 90, true, {}}, {CellKind::Text, 66, true, {}},
            {CellKind::Link, 140, true, {}}, {CellKind::Number, 70, true, {}},
            {CellKind::Number, 62, true, {}}};
}

} // namespace postern::gallery
