#include "app/demo/demo_api.h"

#include <algorithm>

namespace postern::demo {

namespace {

std::vector<DemoApi> makeApis()
{
    return {
        {.name = QStringLiteral("accounts"),
         .originAddress = "127.0.0.1:9001",
         .rate = 120,
         .medianLatency = 6,
         .spread = 0.5,
         .calls = {{"GET", "/v1/accounts/{}", 8},
                   {"GET", "/v1/accounts", 2},
                   {"POST", "/v1/accounts", 1, R"({"holder":"Ada Lovelace","currency":"EUR"})"}}},
        {.name = QStringLiteral("cards"),
         .originAddress = "127.0.0.1:9002",
         .rate = 90,
         .medianLatency = 9,
         .spread = 0.4,
         .calls = {{"GET", "/v1/cards/{}", 5},
                   {"POST", "/v1/cards/{}/authorisations", 6,
                    R"({"amount":"12.90","currency":"EUR","merchant":"4711"})"},
                   {"PUT", "/v1/cards/{}/block", 1, R"({"reason":"lost"})"}}},
        {.name = QStringLiteral("transfers"),
         .originAddress = "127.0.0.1:9003",
         .rate = 45,
         .medianLatency = 28,
         .spread = 0.6,
         .calls =
             {{"POST", "/v1/transfers", 5,
               R"({"from":"DE02120300000000202051","to":"FR1420041010050500013M02606","amount":"250.00"})"},
              {"GET", "/v1/transfers/{}", 4},
              {"DELETE", "/v1/transfers/{}", 1}}},
        {.name = QStringLiteral("limits"),
         .originAddress = "127.0.0.1:9004",
         .rate = 40,
         .medianLatency = 3,
         .spread = 0.3,
         .calls = {{"GET", "/v1/limits/{}", 9}, {"PUT", "/v1/limits/{}", 1, R"({"daily":"5000.00"})"}}},
        {.name = QStringLiteral("statements"),
         .originAddress = "127.0.0.1:9005",
         .rate = 12,
         .medianLatency = 90,
         .spread = 0.9,
         .calls = {{"GET", "/v1/accounts/{}/statements", 3}, {"GET", "/v1/statements/{}", 2}}},
        {.name = QStringLiteral("notifications"),
         .originAddress = "127.0.0.1:9006",
         .rate = 55,
         .medianLatency = 5,
         .spread = 0.5,
         .calls = {{"POST", "/v1/notifications", 6,
                    R"({"customer":"77","text":"Your transfer has arrived"})"},
                   {"GET", "/v1/notifications/{}", 2},
                   {"GET", "/v1/customers/{}/preferences", 2}}},
    };
}

} // namespace

const std::vector<DemoApi>& demoApis()
{
    static const std::vector<DemoApi> apis = makeApis();
    return apis;
}

const DemoApi* findDemoApi(const QString& name)
{
    const auto found = std::ranges::find(demoApis(), name, &DemoApi::name);
    return found == demoApis().end() ? nullptr : &*found;
}

} // namespace postern::demo
