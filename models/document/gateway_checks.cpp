#include "models/document/gateway_checks.h"

#include "models/schema/address.h"
#include "models/schema/document_path.h"
#include "models/schema/path_template.h"

#include <QHash>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

/// One run over one document.
class GatewayChecker
{
public:
    GatewayChecker(const GatewaySpec& spec, const Node& root, Findings& findings)
        : m_spec(spec), m_root(root), m_findings(findings)
    {}
    void run()
    {
        checkAddresses();
        for (std::size_t i = 0; i < m_spec.routes.size(); ++i) {
            checkUpstream(m_spec.routes[i], routePath(i));
            checkUpgrade(m_spec.routes[i], routePath(i));
        }
        checkMatches();
    }

private:
    void error(const QString& rule, const QString& path, const QString& found, const QString& expected)
    {
        m_findings.error(rule, nearestNode(m_root, path), path, found, expected);
    }
    static QString routePath(std::size_t index) { return pathTo(u"spec.routes"_s, qsizetype(index)); }

    void checkAddresses();
    void checkUpstream(const Route& route, const QString& path);
    void checkUpgrade(const Route& route, const QString& path);
    void checkMatches();

    const GatewaySpec& m_spec;
    const Node& m_root;
    Findings& m_findings;
};

void GatewayChecker::checkAddresses()
{
    QHash<QString, QString> users;
    const auto use = [&](const QString& address, const QString& path, const QString& user) {
        const auto parsed = SocketAddress::parse(address);
        if (!parsed || (parsed->port == 0 &&
                        !parsed->isUnix())) // invalid ones are reported; port 0 is a free one each time
            return;
        const QString text = parsed->text();
        if (users.contains(text))
            error(u"duplicate-address"_s, path, text,
                  u"an address of its own; %1 has this one"_s.arg(users[text]));
        users.insert(text, user);
    };
    for (std::size_t i = 0; i < m_spec.listeners.size(); ++i)
        use(m_spec.listeners[i].address, pathTo(u"spec.listeners"_s, qsizetype(i)) + u".address"_s,
            u"the listener "_s + m_spec.listeners[i].name);
    use(m_spec.admin.address, u"spec.admin.address"_s, u"the admin listener"_s);
}

void GatewayChecker::checkUpstream(const Route& route, const QString& path)
{
    QStringList names;
    for (const Upstream& upstream : m_spec.upstreams)
        names << upstream.name;
    names.removeDuplicates();
    if (!route.upstream.isEmpty()) {
        if (names.contains(route.upstream))
            return;
        const QString near = nearestOf(route.upstream, names);
        const QString hint = near.isEmpty() ? QString() : u"; did you mean %1"_s.arg(near);
        error(u"unknown-upstream"_s, path + u".upstream"_s, quoted(route.upstream),
              names.isEmpty() ? u"an upstream of spec.upstreams"_s
                              : u"one of "_s + names.mid(0, 8).join(u", "_s) + hint);
        return;
    }
    // The API's own level counts: a route may stand there only to be answered by it.
    const auto answers = [](const PolicyEntry& policy) {
        return policy.type == "respond"_L1 || policy.type == "redirect"_L1;
    };
    if (std::none_of(route.policies.begin(), route.policies.end(), answers) &&
        std::none_of(m_spec.policies.begin(), m_spec.policies.end(), answers))
        error(u"missing-field"_s, path + u".upstream"_s, u"nothing"_s,
              u"upstream: the name of one of spec.upstreams"_s);
}

void GatewayChecker::checkUpgrade(const Route& route, const QString& path)
{
    if (route.upgrade.empty())
        return;
    const std::vector<QString>& methods = route.match.methods;
    if (!methods.empty() && std::find(methods.begin(), methods.end(), "GET"_L1) == methods.end())
        error(u"conflicting-fields"_s, path + u".upgrade"_s, u"a route without GET"_s,
              u"GET among match.methods: a WebSocket begins with it"_s);
    if (route.upstream.isEmpty())
        error(u"conflicting-fields"_s, path + u".upgrade"_s, u"a route without an upstream"_s,
              u"an upstream: it is who agrees to the upgrade"_s);
    for (const Upstream& upstream : m_spec.upstreams) {
        if (upstream.name == route.upstream && upstream.protocol != UpstreamProtocol::Http1)
            error(u"conflicting-fields"_s, path + u".upgrade"_s, u"an upstream that speaks HTTP/2"_s,
                  u"an upstream with protocol http1"_s);
    }
}

/// What makes two matches claim the same requests, as one text: the path's shape and the header conditions.
QString matchKey(const RouteMatch& match)
{
    const auto path = PathTemplate::parse(match.path);
    if (!path)
        return {};
    QString key;
    for (const PathTemplate::Segment& segment : path->segments)
        key += segment.kind == PathTemplate::Segment::Kind::Literal    ? u"/="_s + segment.text
               : segment.kind == PathTemplate::Segment::Kind::Variable ? u"/{}"_s
                                                                       : u"/**"_s;
    QStringList headers;
    for (const auto& [name, value] : match.headers)
        headers << u"\n"_s + name.toLower() + u':' + value;
    headers.sort();
    return u"/"_s + key + headers.join(QString());
}

void GatewayChecker::checkMatches()
{
    struct Claim
    {
        QString method; ///< empty: all
        QString route;
    };
    QHash<QString, std::vector<Claim>> claims;
    for (std::size_t i = 0; i < m_spec.routes.size(); ++i) {
        const Route& route = m_spec.routes[i];
        const QString key = matchKey(route.match);
        if (key.isEmpty())
            continue;
        std::vector<Claim>& earlier = claims[key];
        std::vector<QString> methods = route.match.methods;
        if (methods.empty())
            methods.emplace_back();
        // All methods after some is a fallback, and some after all is never reached.
        const auto claimed = std::find_if(earlier.begin(), earlier.end(), [&](const Claim& claim) {
            return claim.method.isEmpty() ||
                   std::find(methods.begin(), methods.end(), claim.method) != methods.end();
        });
        if (claimed != earlier.end())
            error(u"duplicate-match"_s, routePath(i) + u".match"_s,
                  (claimed->method.isEmpty() ? u"requests"_s : claimed->method + u" requests"_s) +
                      u" that the route %1 takes already"_s.arg(claimed->route),
                  u"a match that no earlier route has"_s);
        for (const QString& method : methods)
            earlier.push_back({method, route.name});
    }
}

} // namespace

void checkGateway(const ApiGateway& gateway, const Node& root, Findings& findings)
{
    GatewayChecker(gateway.spec, root, findings).run();
}

void checkBaseline(const GatewayBaseline& baseline, const Node& root, Findings& findings)
{
    QStringList names;
    for (const Requirement& requirement : baseline.spec.requirements)
        names << requirement.name;
    for (std::size_t i = 0; i < baseline.spec.exemptions.size(); ++i) {
        const QString& requirement = baseline.spec.exemptions[i].requirement;
        if (requirement.isEmpty() || names.contains(requirement))
            continue;
        const QString path = pathTo(u"spec.exemptions"_s, qsizetype(i)) + u".requirement"_s;
        const QString near = nearestOf(requirement, names);
        findings.error(u"unknown-requirement"_s, nearestNode(root, path), path, quoted(requirement),
                       near.isEmpty() ? u"a requirement of this baseline"_s
                                      : u"%1 (the nearest one of this baseline)"_s.arg(near));
    }
}

} // namespace postern
