#include "tests/gateway/http/message_reader.h"
#include "tests/gateway/http/request_files.h"

#include <QTest>

#include <span>

using namespace postern;
using namespace postern::test;

namespace {

struct Expected
{
    const char* file;
    const char* end;
};

// Files that are valid elsewhere and refused here, and why.
constexpr Expected kStricter[] = {
    {"valid/005", "target-fragment"},             // a request target has no fragment (RFC 9112 §3.2)
    {"valid/009", "target-fragment"},             // the same, before its obsolete identity coding is met
    {"valid/012", "trailer-forbidden"},           // Content-Type in a trailer (RFC 9110 §6.5.1)
    {"valid/014", "path-character"},              // a raw quotation mark is no pchar
    {"valid/025", "transfer-encoding-malformed"}, // two Transfer-Encoding fields
    {"valid/025_line", "transfer-encoding-unsupported"}, // gzip is not served
    {"valid/027", "path-character"},                     // raw bytes outside ASCII
    {"valid/028", "header-space-before-colon"},          // RFC 9112 §5.1
    {"valid/029", "transfer-encoding-malformed"},        // two Transfer-Encoding fields
    {"valid/030", "transfer-encoding-malformed"},        // two Transfer-Encoding fields
    {"valid/040", "header-look-alike"},                  // Content_Length beside Content-Length
    {"valid/040_compat", "header-look-alike"},           // the same
    {"valid/099", "unfinished"},                         // the file ends before its Content-Length
    {"valid/100", "path-empty-segment"},                 // see parseTarget()
    {"valid/compat_obs_fold", "header-folded"},          // RFC 9112 §5.2
    {"valid/compat_obs_fold_huge", "header-folded"},     // the same
    {"valid/pp_01", "request-line-malformed"}, // PROXY headers are read before HTTP, where configured
    {"valid/pp_02", "request-line-malformed"}, // the same
    {"valid/pp_04", "request-line-malformed"}, // the same, version 2
    {"valid/pp_05", "request-line-malformed"}, // the same, version 2
    {"valid/rfc9112_smuggle_gzip_chunked_01", "transfer-encoding-unsupported"}, // only chunked is served
    {"valid/rfc9112_smuggle_te_identity_chunked_01",
     "transfer-encoding-unsupported"},                                // identity is gone since 2014
    {"valid/rfc9112_target_absolute_userinfo_01", "target-userinfo"}, // RFC 9110 §4.2.4
    {"valid/rfc9112_target_authority_connect_01", "method-refused"},  // no CONNECT
    {"valid/rfc9112_target_authority_ipv6_01", "method-refused"},     // no CONNECT
};

constexpr Expected kRefused[] = {
    {"invalid/001", "unfinished"}, // its second line never ends
    {"invalid/002", "request-line-malformed"},
    {"invalid/003", "bare-line-feed"},
    {"invalid/003b", "method-malformed"},
    {"invalid/003c", "done"}, // `-bl` is a token; that server wants longer, upper-case methods
    {"invalid/004", "version-malformed"},
    {"invalid/005", "header-control-character"},
    {"invalid/006", "done"}, // within our limit of 8 KiB
    {"invalid/007", "done"}, // within our limit of 32 KiB
    {"invalid/008", "done"}, // within our limit of 32 KiB
    {"invalid/009", "too-many-headers"},
    {"invalid/010", "host-missing"},
    {"invalid/011", "done"}, // differs from a valid file in that server's settings alone
    {"invalid/012", "done"}, // the same
    {"invalid/013", "header-folded"},
    {"invalid/014", "content-length-malformed"},
    {"invalid/015", "content-length-malformed"},
    {"invalid/016", "target-scheme"},
    {"invalid/017", "done"}, // within our limit of 32 KiB
    {"invalid/018", "version-malformed"},
    {"invalid/019", "done"}, // contradicting X-Forwarded fields: managed, so they are dropped
    {"invalid/020", "header-space-before-colon"},
    {"invalid/021", "content-length-repeated"},
    {"invalid/022", "content-length-malformed"},
    {"invalid/023", "content-length-malformed"},
    {"invalid/024", "content-length-malformed"},
    {"invalid/040", "header-look-alike"},
    {"invalid/041", "header-repeated"},
    {"invalid/042", "host-repeated"},
    {"invalid/chunked_01", "chunk-size-malformed"},
    {"invalid/chunked_02", "length-and-encoding"},
    {"invalid/chunked_03", "transfer-encoding-malformed"},
    {"invalid/chunked_04", "transfer-encoding-malformed"},
    {"invalid/chunked_05", "transfer-encoding-version"},
    {"invalid/chunked_06", "transfer-encoding-malformed"},
    {"invalid/chunked_07", "header-look-alike"},
    {"invalid/chunked_08", "transfer-encoding-malformed"},
    {"invalid/chunked_09", "chunk-size-malformed"},
    {"invalid/chunked_10", "chunk-size-malformed"},
    {"invalid/chunked_11", "bare-line-feed"},
    {"invalid/chunked_12", "chunk-size-malformed"},
    {"invalid/chunked_13", "chunk-size-malformed"},
    {"invalid/chunked_14", "bare-carriage-return"},
    {"invalid/invalid_field_value_01", "bare-line-feed"},
    {"invalid/limit_header_default_01", "done"}, // within our limit of 32 KiB
    {"invalid/nonascii_01", "method-malformed"},
    {"invalid/nonascii_02", "method-malformed"},
    {"invalid/nonascii_03", "header-name-malformed"},
    {"invalid/nonascii_04", "header-name-malformed"},
    {"invalid/obs_fold_01", "header-folded"},
    {"invalid/pp_01", "request-line-malformed"},
    {"invalid/pp_02", "request-line-malformed"},
    {"invalid/pp_03", "request-line-malformed"},
    {"invalid/prefix_01", "method-malformed"},
    {"invalid/prefix_02", "method-malformed"},
    {"invalid/prefix_03", "content-length-malformed"},
    {"invalid/prefix_04", "content-length-malformed"},
    {"invalid/prefix_05", "method-malformed"},
    {"invalid/prefix_06", "version-malformed"},
    {"invalid/rfc9110_field_value_ctl_bel_01", "header-control-character"},
    {"invalid/rfc9110_field_value_ctl_del_01", "header-control-character"},
    {"invalid/rfc9110_trailer_forbidden_cl_01", "trailer-forbidden"},
    {"invalid/rfc9110_trailer_forbidden_host_01", "trailer-forbidden"},
    {"invalid/rfc9110_trailer_forbidden_te_01", "trailer-forbidden"},
    {"invalid/rfc9112_chunked_missing_final_crlf_01", "unfinished"}, // the end may still come
    {"invalid/rfc9112_chunked_size_minus_sign_01", "chunk-size-malformed"},
    {"invalid/rfc9112_chunked_size_plus_sign_01", "chunk-size-malformed"},
    {"invalid/rfc9112_smuggle_cl_list_form_01", "content-length-malformed"},
    {"invalid/rfc9112_smuggle_cl_te_chunked_01", "length-and-encoding"},
    {"invalid/rfc9112_target_asterisk_non_options_01", "target-malformed"},
    {"invalid/rfc9112_target_authority_non_connect_01", "target-malformed"},
    {"invalid/rfc9112_target_relative_01", "target-malformed"},
    {"invalid/version_01", "version-malformed"},
    {"invalid/version_02", "version-unsupported"},
};

// Left as they are: the one lacks Host on purpose, the other's body looks like a request.
bool keepsItsHosts(const QString& name)
{
    return name == QLatin1String("invalid/010") || name == QLatin1String("valid/020");
}

const Expected* find(std::span<const Expected> table, const QString& name)
{
    const auto found = std::ranges::find_if(
        table, [&name](const Expected& expected) { return name == QLatin1String(expected.file); });
    return found == table.end() ? nullptr : &*found;
}

} // namespace

/// Requests collected by another server's authors (tests/data/http1-requests): each ends as its table says,
/// in one piece and byte by byte.
class TestRequestFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFileEndsAsListed_data();
    void everyFileEndsAsListed();
    void everyListedFileExists();
};

void TestRequestFiles::everyFileEndsAsListed_data()
{
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<QByteArray>("end");
    for (const QString& folder : {QStringLiteral("valid"), QStringLiteral("invalid")}) {
        for (const auto& [file, text] : requestFiles(folder)) {
            const QString name = folder + QLatin1Char('/') + file;
            const bool valid = folder == QLatin1String("valid");
            const Expected* const expected = valid ? find(kStricter, name) : find(kRefused, name);
            // An invalid file without a line in the table fails: its reason must be stated.
            QTest::newRow(qPrintable(name)) << (keepsItsHosts(name) ? text : withHosts(text))
                                            << QByteArray(expected ? expected->end
                                                          : valid  ? "done"
                                                                   : "not listed");
        }
    }
}

void TestRequestFiles::everyFileEndsAsListed()
{
    QFETCH(QByteArray, stream);
    QFETCH(QByteArray, end);
    const Transcript whole = readRequests(view(stream));
    QCOMPARE(whole.end, end);
    QVERIFY(readRequests(view(stream), {1, 1}) == whole);
}

void TestRequestFiles::everyListedFileExists()
{
    QCOMPARE(requestFiles(QStringLiteral("valid")).size(), 63);
    QCOMPARE(requestFiles(QStringLiteral("invalid")).size(), 74);
    for (const Expected& expected : kStricter)
        QVERIFY2(QFile::exists(QStringLiteral(POSTERN_TEST_DATA "/http1-requests/%1.http")
                                   .arg(QLatin1String(expected.file))),
                 expected.file);
    for (const Expected& expected : kRefused)
        QVERIFY2(QFile::exists(QStringLiteral(POSTERN_TEST_DATA "/http1-requests/%1.http")
                                   .arg(QLatin1String(expected.file))),
                 expected.file);
}

QTEST_GUILESS_MAIN(TestRequestFiles)
#include "tst_request_files.moc"
