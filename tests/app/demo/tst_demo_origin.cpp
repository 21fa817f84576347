#include "app/demo/http_message.h"
#include "app/demo/origin/origin_server.h"
#include "app/demo/origin/payload.h"

#include <QJsonDocument>
#include <QTcpSocket>
#include <QTest>

using namespace postern;
using namespace postern::demo;
using namespace Qt::StringLiterals;

class TestDemoOrigin : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cardNumbersAreValidAndNobodys()
    {
        QVERIFY(luhnHolds("4111111111111111"));
        QVERIFY(!luhnHolds("4111111111111112"));
        for (quint32 seed = 0; seed < 5000; seed += 7) {
            const QByteArray number = testCardNumber(seed);
            QCOMPARE(number.size(), 16);
            QVERIFY2(luhnHolds(number), number.constData());
        }
        QCOMPARE(testCardNumber(42), testCardNumber(42));
        QVERIFY(testCardNumber(42) != testCardNumber(43));
    }

    void everyCallHasAJsonAnswer_data()
    {
        QTest::addColumn<QByteArray>("api");
        QTest::addColumn<QByteArray>("path");
        for (const DemoApi& api : demoApis()) {
            for (const DemoCall& call : api.calls)
                QTest::addRow("%s %s", call.method.constData(), call.path.constData())
                    << api.name.toLatin1() << QByteArray(call.path).replace("{}", "77");
        }
    }

    void everyCallHasAJsonAnswer()
    {
        QFETCH(QByteArray, api);
        QFETCH(QByteArray, path);
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(payloadFor(api, path), &error);
        QCOMPARE(error.errorString(), u"no error occurred"_s);
        QVERIFY(document.isObject());
    }

    void framesMessages_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("state");
        QTest::addColumn<qint64>("body");
        QTest::addColumn<QByteArray>("left");
        const auto row = [](const char* name, const char* bytes, MessageReader::State state, qint64 body,
                            const char* left) {
            QTest::newRow(name) << QByteArray(bytes) << int(state) << body << QByteArray(left);
        };
        using enum MessageReader::State;
        row("no body", "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", Complete, 0, "GET");
        row("length", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST", Complete, 3, "POST");
        row("chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: "
            "1\r\n\r\nHTTP",
            Complete, 13, "HTTP");
        row("half a head", "GET / HT", NeedMore, 0, "GET / HT");
        row("half a body", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", NeedMore, 2, "");
        row("bad length", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", Broken, 0, "");
        row("bad chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", Broken, 0,
            "xyz\r\n");
    }

    void framesMessages()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, state);
        QFETCH(qint64, body);
        QFETCH(QByteArray, left);
        MessageReader whole;
        QByteArray buffer = bytes;
        QCOMPARE(int(whole.read(buffer)), state);
        QCOMPARE(whole.bodyLength(), body);
        QCOMPARE(buffer, left);
        if (state != int(MessageReader::State::Complete))
            return;
        // The same, byte by byte.
        MessageReader slow;
        QByteArray trickle;
        MessageReader::State reached = MessageReader::State::NeedMore;
        for (qsizetype i = 0; i < bytes.size() - left.size(); ++i) {
            QCOMPARE(int(reached), int(MessageReader::State::NeedMore));
            trickle += bytes[i];
            reached = slow.read(trickle);
        }
        QCOMPARE(int(reached), int(MessageReader::State::Complete));
        QCOMPARE(slow.bodyLength(), body);
    }

    void answersOnOneConnection()
    {
        OriginServer server(*findDemoApi(u"cards"_s), 1);
        const Result<quint16> port = server.listen();
        QVERIFY(port.has_value());
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, *port);
        socket.write("GET /v1/cards/7 HTTP/1.1\r\nHost: x\r\n\r\n"
                     "POST /v1/cards/7/authorisations HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
                     "GET /v1/cards/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, 10000);
        const QByteArray all = socket.readAll();
        QCOMPARE(all.count("HTTP/1.1 200 OK\r\n"), 2);
        QCOMPARE(all.count("HTTP/1.1 201 Created\r\n"), 1);
        QCOMPARE(all.count(payloadFor("cards", "/v1/cards/7")), 2);
    }

    void aSpellChangesWhatHappens()
    {
        OriginServer server(*findDemoApi(u"accounts"_s), 1);
        const auto sample = [&server] {
            int errors = 0;
            std::vector<qint64> latencies;
            for (int i = 0; i < 2000; ++i) {
                const OriginServer::Answer answer = server.decide("GET", "/v1/accounts/1");
                errors += answer.status >= 500 ? 1 : 0;
                latencies.push_back(answer.after.count());
            }
            std::ranges::nth_element(latencies, latencies.begin() + 1000);
            return std::pair(errors, latencies[1000]);
        };
        const auto calm = sample();
        QCOMPARE(calm.first, 0);
        QVERIFY2(calm.second >= 5 && calm.second <= 7, qPrintable(QString::number(calm.second)));
        server.setSpell({.errors = 0.4, .slowness = 10});
        const auto bad = sample();
        QVERIFY2(bad.first > 700 && bad.first < 900, qPrintable(QString::number(bad.first)));
        QVERIFY2(bad.second >= 50 && bad.second <= 70, qPrintable(QString::number(bad.second)));
        server.setSpell({});
        QCOMPARE(sample().first, 0);
    }
};

QTEST_GUILESS_MAIN(TestDemoOrigin)
#include "tst_demo_origin.moc"
