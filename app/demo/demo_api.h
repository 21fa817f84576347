#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace postern::demo {

/// One kind of call that the traffic makes. `{}` in the path becomes a number.
struct DemoCall
{
    QByteArray method;
    QByteArray path;
    int weight = 1;
    QByteArray body = {}; ///< JSON; empty: none
};

/// One API of the demo: what its documents, its origin and its traffic agree on.
struct DemoApi
{
    QString name;             ///< `accounts`; the document is `payments/accounts`
    QByteArray originAddress; ///< as the document in the tree writes it; replaced by the real one
    double rate = 0;          ///< requests a second, over both instances
    double medianLatency = 0; ///< of the origin, in milliseconds
    double spread = 0;        ///< sigma of the latency's logarithm
    std::vector<DemoCall> calls;

    [[nodiscard]] QString id() const { return QStringLiteral("payments/") + name; }
    [[nodiscard]] QString documentFile() const
    {
        return QStringLiteral("apis/payments/%1/gateway.yaml").arg(name);
    }
    [[nodiscard]] QString keysFile() const { return QStringLiteral("apis/payments/%1/jwks.json").arg(name); }
};

[[nodiscard]] const std::vector<DemoApi>& demoApis();
[[nodiscard]] const DemoApi* findDemoApi(const QString& name);

} // namespace postern::demo
