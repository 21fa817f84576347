#include "gateway/http/router.h"
#include "tests/gateway/http/naive_router.h"
#include "tests/support/bytes.h"

#include <QRandomGenerator>
#include <QTest>

using namespace postern;
using namespace postern::test;

/// Which route a request takes.
class TestRouter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void headerConditions_data();
    void headerConditions();
    void methodsAndAllow_data();
    void methodsAndAllow();
    void parameters();
    void badTemplates_data();
    void badTemplates();
    void agreesWithANaiveReading();
    void tenThousandRoutes();
};

namespace {

RouteLookup look(const Router& router, std::string_view method, std::string_view path,
                 const Headers& headers = {})
{
    return router.match(methodFromToken(method), method, path, headers);
}

RouteSpec route(const char* path, std::vector<std::string> methods = {},
                std::vector<RouteSpec::HeaderCondition> headers = {})
{
    return {std::move(methods), path, std::move(headers)};
}

} // namespace

void TestRouter::matches_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("expected"); // -1: none
    const auto row = [](const char* path, int expected) {
        QTest::newRow(path) << QByteArray(path) << expected;
    };
    row("/v1/accounts/7", 1);
    row("/v1/accounts/new", 0);     // a literal beats {x}
    row("/v1/accounts/7/cards", 2); // ** takes the rest
    row("/v1/accounts", 2);         // ** takes nothing
    row("/v1/accounts/", 2);        // {x} is never empty
    row("/v1/accounts/new/x", 2);   // back from the literal
    row("/v1/a/b/end", 3);          // through two parameters
    row("/v1/a/b/other", -1);
    row("/v1/cards/b/end", 3);
    row("/v1/cards/b", 4);
    row("/v1/cards/", -1);
    row("/v1/cards", -1);
    row("/", 5);
    row("/slash/", 6);
    row("/slash", -1);
    row("/SLASH/", -1);
    row("/enc%20oded", 7); // templates are normalised too
    row("/Tilde~", 8);
    row("*", -1);
    row("", -1);
}

void TestRouter::matches()
{
    QFETCH(QByteArray, path);
    QFETCH(int, expected);
    const std::vector<RouteSpec> specs = {
        route("/v1/accounts/new"), route("/v1/accounts/{id}"), route("/v1/accounts/**"),
        route("/v1/{a}/{b}/end"),  route("/v1/cards/{id}"),    route("/"),
        route("/slash/"),          route("/enc%20oded"),       route("/%54ilde%7e")};
    const Result<Router> router = Router::create(specs);
    QVERIFY(router.has_value());
    const RouteLookup lookup = look(*router, "GET", view(path));
    QCOMPARE(lookup.outcome == RouteLookup::Outcome::Matched ? int(lookup.route) : -1, expected);
}

void TestRouter::headerConditions_data()
{
    QTest::addColumn<QByteArrayList>("fields");
    QTest::addColumn<int>("expected");
    const auto row = [](const char* name, const QByteArrayList& fields, int expected) {
        QTest::newRow(name) << fields << expected;
    };
    row("none", {}, 0);
    row("one", {"X-Kind", "a"}, 1);
    row("name without case", {"x-kind", "a"}, 1);
    row("value with case", {"X-Kind", "A"}, 0);
    row("both", {"X-Kind", "a", "Content-Type", "application/json"}, 2);
    row("media type parameters", {"X-Kind", "a", "Content-Type", "Application/JSON ; charset=utf-8"}, 2);
    row("another media type", {"X-Kind", "a", "Content-Type", "application/json5"}, 1);
    row("twice, one of them other", {"X-Kind", "a", "X-Kind", "b"}, 0);
    row("twice the same", {"X-Kind", "a", "X-Kind", "a"}, 1);
    row("document order", {"X-Kind", "c"}, 3);
}

void TestRouter::headerConditions()
{
    QFETCH(QByteArrayList, fields);
    QFETCH(int, expected);
    const std::vector<RouteSpec> specs = {
        route("/a"), route("/a", {}, {{"x-kind", "a"}}),
        route("/a", {}, {{"X-Kind", "a"}, {"content-type", "application/json; charset=utf-8"}}),
        route("/a", {}, {{"x-kind", "c"}}), route("/a", {}, {{"x-kind", "c"}})};
    const Result<Router> router = Router::create(specs);
    QVERIFY(router.has_value());
    Headers headers;
    for (qsizetype i = 0; i < fields.size(); i += 2)
        headers.add(view(fields[i]), view(fields[i + 1]));
    const RouteLookup lookup = look(*router, "GET", "/a", headers);
    QVERIFY(lookup.outcome == RouteLookup::Outcome::Matched);
    QCOMPARE(int(lookup.route), expected);
}

void TestRouter::methodsAndAllow_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("result"); // the route, `none`, or Allow
    const auto row = [](const char* method, const char* path, const char* result) {
        QTest::addRow("%s %s", method, path) << QByteArray(method) << QByteArray(path) << QByteArray(result);
    };
    row("GET", "/a/1", "0");
    row("HEAD", "/a/1", "GET, PUT, PURGE"); // HEAD only where it is listed
    row("PUT", "/a/1", "1");                // the less special route serves
    row("PURGE", "/a/1", "1");
    row("purge", "/a/1", "GET, PUT, PURGE");
    row("POST", "/b", "none"); // the path exists under POST, the header is missing
    row("GET", "/b", "POST");
    row("GET", "/c", "none");
    row("BREW", "/d", "3"); // no methods listed: any
}

void TestRouter::methodsAndAllow()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, result);
    const std::vector<RouteSpec> specs = {route("/a/{id}", {"GET"}), route("/a/**", {"PUT", "PURGE"}),
                                          route("/b", {"POST"}, {{"content-type", "application/json"}}),
                                          route("/d")};
    const Result<Router> router = Router::create(specs);
    QVERIFY(router.has_value());
    const RouteLookup lookup = look(*router, view(method), view(path));
    switch (lookup.outcome) {
    case RouteLookup::Outcome::Matched:
        QCOMPARE(QByteArray::number(quint64(lookup.route)), result);
        break;
    case RouteLookup::Outcome::NoRoute:
        QCOMPARE("none", result);
        break;
    case RouteLookup::Outcome::MethodNotAllowed:
        QCOMPARE(bytes(router->allowedMethods(view(path))), result);
        break;
    }
}

void TestRouter::parameters()
{
    const std::vector<RouteSpec> specs = {route("/{a}/x/{b}/y"), route("/{c}/{d}/{e}"), route("/{f}/**")};
    const Result<Router> router = Router::create(specs);
    QVERIFY(router.has_value());
    const RouteLookup deep = look(*router, "GET", "/1/x/2%203/y");
    QCOMPARE(deep.route, std::size_t(0));
    QCOMPARE(deep.parameterCount, std::size_t(2));
    QCOMPARE(bytes(deep.parameters[0]), "1");
    QCOMPARE(bytes(deep.parameters[1]), "2%203");
    QCOMPARE(router->parameterNames(0)[0], "a");
    QCOMPARE(router->parameterNames(0)[1], "b");
    // What a failed branch captured is forgotten.
    const RouteLookup back = look(*router, "GET", "/1/x/2");
    QCOMPARE(back.route, std::size_t(1));
    QCOMPARE(back.parameterCount, std::size_t(3));
    QCOMPARE(bytes(back.parameters[1]), "x");
    const RouteLookup rest = look(*router, "GET", "/1/x/2/z/w");
    QCOMPARE(rest.route, std::size_t(2));
    QCOMPARE(rest.parameterCount, std::size_t(1));
    QCOMPARE(bytes(rest.parameters[0]), "1");
}

void TestRouter::badTemplates_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char* path :
         {"",       "a",   "//",     "/a//b", "/**/a",  "/a{b}", "/{a}b", "/{}",  "/{a}/{a}", "/{a{b}}", "/*",
          "/a/*/b", "/..", "/a/./b", "/a;b",  "/a%2fb", "/a b",  "/a?b",  "/a#b", "/%zz",     "/a\\b"})
        QTest::newRow(path) << QByteArray(path);
    QTest::newRow("too many parameters") << [] {
        QByteArray path;
        for (int i = 0; i < 17; ++i)
            path += "/{p" + QByteArray::number(i) + '}';
        return path;
    }();
    QTest::newRow("too deep") << QByteArray("/a").repeated(65);
}

void TestRouter::badTemplates()
{
    QFETCH(QByteArray, path);
    const std::vector<RouteSpec> specs = {route("/good"), route(path.constData())};
    const Result<Router> router = Router::create(specs);
    QVERIFY(!router.has_value());
    QCOMPARE(router.error().place.path, QStringLiteral("spec.routes[1].match.path"));
    QVERIFY(router.error().message.startsWith(QString::fromUtf8(path)));
}

void TestRouter::agreesWithANaiveReading()
{
    const std::vector<std::string> words = {"a", "b", "c", "{}", "a", "b", ""};
    QRandomGenerator random(99);
    const auto pick = [&random](const std::vector<std::string>& from) {
        return from[static_cast<std::size_t>(random.bounded(int(from.size())))];
    };
    int matched = 0;
    for (int round = 0; round < 300; ++round) {
        std::vector<RouteSpec> specs;
        for (int i = random.bounded(1, 25); i > 0; --i) {
            RouteSpec spec;
            const int depth = random.bounded(1, 5);
            for (int d = 0; d < depth; ++d) {
                std::string word = pick(words);
                if (word == "{}")
                    word = "{p" + std::to_string(d) + "}";
                spec.path += "/" + (word.empty() && d + 1 < depth ? "a" : word);
            }
            if (random.bounded(4) == 0)
                spec.path += spec.path.back() == '/' ? "**" : "/**";
            for (const char* method : {"GET", "POST", "PURGE"}) {
                if (random.bounded(3) == 0)
                    spec.methods.emplace_back(method);
            }
            for (const char* name : {"x-a", "x-b"}) {
                if (random.bounded(4) == 0)
                    spec.headers.push_back({name, "1"});
            }
            specs.push_back(spec);
        }
        const Result<Router> router = Router::create(specs);
        QVERIFY(router.has_value());
        for (int request = 0; request < 200; ++request) {
            std::string path;
            for (int d = random.bounded(1, 6); d > 0; --d)
                path += "/" + (d > 1 ? pick({"a", "b", "c", "d"}) : pick({"a", "b", "c", "d", ""}));
            Headers headers;
            if (random.bounded(2) == 0)
                headers.add("X-A", "1");
            if (random.bounded(2) == 0)
                headers.add("X-B", "1");
            const std::string method = pick({"GET", "POST", "PURGE", "PUT"});
            const NaiveAnswer expected = naiveMatch(specs, method, path, headers);
            const RouteLookup lookup = look(*router, method, path, headers);
            QVERIFY2(lookup.outcome == expected.outcome, path.c_str());
            if (lookup.outcome == RouteLookup::Outcome::Matched) {
                ++matched;
                QVERIFY2(lookup.route == expected.route, path.c_str());
            }
        }
    }
    QVERIFY(matched > 5000);
}

void TestRouter::tenThousandRoutes()
{
    std::vector<RouteSpec> specs;
    for (int i = 0; i < 10000; ++i)
        specs.push_back({{"GET"},
                         "/v1/service" + std::to_string(i % 100) + "/resource" + std::to_string(i) + "/{id}",
                         {}});
    const Result<Router> router = Router::create(specs);
    QVERIFY(router.has_value());
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const std::string path = specs[i].path.substr(0, specs[i].path.size() - 4) + "77";
        const RouteLookup lookup = look(*router, "GET", path);
        QVERIFY(lookup.outcome == RouteLookup::Outcome::Matched);
        QCOMPARE(lookup.route, i);
    }
}

QTEST_GUILESS_MAIN(TestRouter)
#include "tst_router.moc"
