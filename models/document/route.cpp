#include "models/document/route.h"

namespace postern {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr Choice<UpgradeProtocol> upgrades[] = {
    {"websocket", UpgradeProtocol::WebSocket, "RFC 6455; from HTTP/2 clients, RFC 8441."}};

void checkHeaderConditions(const RouteMatch& match, RecordContext& context)
{
    QHash<QString, QString> seen;
    for (const auto& [name, value] : match.headers) {
        const QString folded = name.toLower();
        if (const auto other = seen.constFind(folded); other != seen.constEnd())
            context.error(u"duplicate-value"_s, pathTo(u"headers"_s, name), quoted(name),
                          u"each header once; %1 is the same one"_s.arg(*other));
        seen.insert(folded, name);
    }
}

const Record<RouteMatch>& matchRecord()
{
    static const auto instance =
        record<RouteMatch>("match", "Which requests a route is for.")
            .field("methods", &RouteMatch::methods, "The methods; none named: every one.")
            .items(1, 32)
            .unique()
            .matching(text_rules::method())
            .field("path", &RouteMatch::path,
                   "The path: literal segments, {name} for any one segment, ** at the end for any rest. A "
                   "literal "
                   "beats {name} beats **.")
            .required()
            .matching(text_rules::pathTemplate())
            .field("headers", &RouteMatch::headers,
                   "Headers that must have exactly these values; of content-type the media type alone is "
                   "compared.")
            .items(1, 32)
            .keysMatching(text_rules::headerName())
            .matching(text_rules::headerValue())
            .check(checkHeaderConditions);
    return instance;
}

} // namespace

std::span<const Choice<UpgradeProtocol>> choicesOf(UpgradeProtocol) { return upgrades; }

const Record<Route>& routeRecord()
{
    static const auto instance =
        record<Route>("route", "What happens to the requests that match.")
            .field("name", &Route::name, "What metrics and logs call it.")
            .required()
            .matching(text_rules::name())
            .field("match", &Route::match, "Which requests the route is for.", matchRecord())
            .required()
            .field("upstream", &Route::upstream,
                   "The upstream's name. A route that answers by itself needs none.")
            .field("timeout", &Route::timeout,
                   "From the request's head to the response's last byte. 0s is none: a stream.")
            .range(0ms, 24h)
            .field("upgrade", &Route::upgrade,
                   "Protocols a connection may change to, where the upstream agrees. Its upstream speaks "
                   "`http1`.")
            .unique()
            .field("policies", &Route::policies,
                   "Policies of this route; one of the API's name replaces it here.", policyRecord())
            .items(0, 100)
            .unique("name")
            .placeIn(&Route::place);
    return instance;
}

} // namespace postern
