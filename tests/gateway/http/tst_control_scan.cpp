#include "gateway/http/control_scan.h"

#include <QTest>

#include <string>

using namespace postern;

class TestControlScan final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyByteAtEveryPlace();
    void firstOfTwo();
    void nothingBehindTheEnd();
};

namespace {

constexpr std::size_t kMost = 40; // sixteen at a time twice, eight once, and a tail

std::size_t foundControl(const std::string& text)
{
    return static_cast<std::size_t>(findControl(text.data(), text.data() + text.size()) - text.data());
}

std::size_t foundColon(const std::string& text)
{
    return static_cast<std::size_t>(findColon(text.data(), text.data() + text.size()) - text.data());
}

bool isControl(int byte) { return byte < 0x20 || byte == 0x7f; }

} // namespace

void TestControlScan::everyByteAtEveryPlace()
{
    for (std::size_t size = 0; size <= kMost; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(size, 'x');
                text[place] = static_cast<char>(byte);
                const std::string where = "byte " + std::to_string(byte) + " at " + std::to_string(place) +
                                          " of " + std::to_string(size);
                QVERIFY2(foundControl(text) == (isControl(byte) ? place : size), where.c_str());
                QVERIFY2(foundColon(text) == (byte == ':' ? place : size), where.c_str());
            }
        }
    }
}

void TestControlScan::firstOfTwo()
{
    for (std::size_t first = 0; first < kMost; ++first) {
        for (std::size_t second = first; second < kMost; ++second) {
            std::string text(kMost, '\xff');
            text[second] = '\x7f';
            text[first] = '\r';
            QCOMPARE(foundControl(text), first);
            text[second] = text[first] = ':';
            QCOMPARE(foundColon(text), first);
        }
    }
}

void TestControlScan::nothingBehindTheEnd()
{
    for (std::size_t size = 0; size < kMost; ++size) {
        std::string text(size, 'x');
        const std::string behind = text + "\n:";
        QCOMPARE(findControl(behind.data(), behind.data() + size), behind.data() + size);
        QCOMPARE(findColon(behind.data(), behind.data() + size), behind.data() + size);
    }
}

QTEST_APPLESS_MAIN(TestControlScan)
#include "tst_control_scan.moc"
