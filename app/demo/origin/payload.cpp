#include "app/demo/origin/payload.h"

#include <QHash>

namespace postern::demo {

namespace {

// The sum over a number that still lacks its last digit.
int luhnSum(const QByteArray& digits, bool doubleLast)
{
    int sum = 0;
    bool twice = doubleLast;
    for (qsizetype i = digits.size() - 1; i >= 0; --i, twice = !twice) {
        const int digit = digits[i] - '0';
        sum += twice ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    }
    return sum;
}

quint32 seedOf(const QByteArray& path) { return static_cast<quint32>(qHash(path, 7)); }

QByteArray amount(quint32 seed)
{
    return QByteArray::number(seed % 900000 / 100) + '.' +
           QByteArray::number(seed % 100).rightJustified(2, '0');
}

QByteArray card(quint32 seed)
{
    return R"({"number":")" + testCardNumber(seed) + R"(","expires":"20)" +
           QByteArray::number(27 + seed % 5) + '-' +
           QByteArray::number(1 + seed % 12).rightJustified(2, '0') + R"(","status":"active"})";
}

QByteArray account(quint32 seed)
{
    static const char* const holders[] = {"Ada Lovelace",    "Alan Turing",    "Grace Hopper",
                                          "Edsger Dijkstra", "Barbara Liskov", "Zoë Müller"};
    return R"({"id":")" + QByteArray::number(seed) + R"(","iban":"DE)" + QByteArray::number(10 + seed % 89) +
           QByteArray::number(seed).rightJustified(18, '0') + R"(","holder":")" +
           holders[seed % std::size(holders)] + R"(","balance":")" + amount(seed) +
           R"(","currency":"EUR","cards":[)" + card(seed) + "]}";
}

QByteArray transfer(quint32 seed)
{
    static const char* const states[] = {"booked", "pending", "booked", "booked", "rejected"};
    return R"({"id":"t-)" + QByteArray::number(seed) + R"(","amount":")" + amount(seed) +
           R"(","currency":"EUR","state":")" + states[seed % std::size(states)] + R"("})";
}

QByteArray statement(quint32 seed)
{
    QByteArray entries;
    for (quint32 i = 0; i < 20; ++i)
        entries += (i ? "," : "") + transfer(seed + i);
    return R"({"period":"2026-)" + QByteArray::number(1 + seed % 12).rightJustified(2, '0') +
           R"(","entries":[)" + entries + "]}";
}

} // namespace

QByteArray testCardNumber(quint32 seed)
{
    // Ranges that the card schemes publish for tests.
    static const char* const ranges[] = {"411111", "555555", "400000", "222300"};
    QByteArray digits =
        ranges[seed % std::size(ranges)] + QByteArray::number(seed % 1'000'000'000).rightJustified(9, '0');
    digits += static_cast<char>('0' + (10 - luhnSum(digits, true) % 10) % 10);
    return digits;
}

bool luhnHolds(const QByteArray& digits) { return !digits.isEmpty() && luhnSum(digits, false) % 10 == 0; }

QByteArray payloadFor(const QByteArray& name, const QByteArray& path)
{
    const quint32 seed = seedOf(path);
    if (name == "accounts" && path == "/v1/accounts")
        return R"({"items":[)" + account(seed) + ',' + account(seed + 1) + ',' + account(seed + 2) + "]}";
    if (name == "accounts")
        return account(seed);
    if (name == "cards")
        return path.endsWith("/authorisations") ? R"({"authorisation":"a-)" + QByteArray::number(seed) +
                                                      R"(","card":)" + card(seed) + R"(,"result":"approved"})"
                                                : card(seed);
    if (name == "transfers")
        return transfer(seed);
    if (name == "limits")
        return R"({"daily":")" + amount(seed) + R"(","used":")" + amount(seed / 3) + R"(","currency":"EUR"})";
    if (name == "statements")
        return statement(seed);
    return R"({"id":"n-)" + QByteArray::number(seed) + R"(","state":"delivered"})";
}

} // namespace postern::demo
