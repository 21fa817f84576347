#include "gateway/server/handover_parcel.h"
#include "gateway/server/secret_files.h"
#include "gateway/server/tls_secrets.h"
#include "gateway/tls/ticket_keys.h"
#include "tests/support/certificate_authority.h"
#include "tests/support/fake_clock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include <malloc.h>

using namespace postern;
using namespace postern::test;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define POSTERN_WATCHES_FREE 0 // the sanitizer's allocator is another
#else
#define POSTERN_WATCHES_FREE 1
#endif

namespace {

std::array<char, 24> secret{}; ///< a piece of one
std::atomic<bool> isWatched = false;
std::atomic<int> found = 0; ///< blocks given back with the secret in them

} // namespace

#if POSTERN_WATCHES_FREE
extern "C" {
void __libc_free(void* block); // NOLINT: glibc's name for the real one

void free(void* block) noexcept
{
    if (block && isWatched &&
        ::memmem(block, ::malloc_usable_size(block), secret.data(), secret.size()) != nullptr)
        ++found;
    __libc_free(block);
}

// glibc's own gives back the old block without a call that could be seen.
void* realloc(void* block, std::size_t size) noexcept
{
    if (size == 0) {
        free(block);
        return nullptr;
    }
    void* const larger = ::malloc(size);
    if (block && larger) {
        std::memcpy(larger, block, std::min(size, ::malloc_usable_size(block)));
        free(block);
    }
    return larger;
}
}
#endif

/// Looks at each block of memory of this process as it is given back.
class TestSecretMemory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { isWatched = false; }
    void theWatchSees();
    void keyFilesLeaveNothing();
    void contextsLeaveNoText();
    void ticketKeysLeaveNothing();
    void parcelsLeaveNothing();

private:
    /// From now on.
    static void watch(std::string_view piece)
    {
        QVERIFY(piece.size() >= secret.size());
        std::memcpy(secret.data(), piece.data(), secret.size());
        found = 0;
        isWatched = true;
    }
    void write(const QString& file, const std::string& text) const
    {
        QFile output(m_folder.filePath(file));
        QVERIFY(output.open(QIODevice::WriteOnly));
        output.write(text.data(), qint64(text.size()));
    }

    QTemporaryDir m_folder;
    FakeClock m_clock;
    IssuedCertificate m_issued;
};

void TestSecretMemory::init()
{
    if (!POSTERN_WATCHES_FREE)
        QSKIP("sanitizers have an allocator of their own");
    m_issued = CertificateAuthority("Root").issue({.names = {"DNS:localhost"}});
    QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("tls")));
    write(QStringLiteral("tls/tls.crt"), m_issued.certificate);
    write(QStringLiteral("tls/tls.key"), m_issued.key);
}

void TestSecretMemory::theWatchSees()
{
    const std::string text(60, 's');
    watch(text);
    {
        const std::string copy(text);
    }
    QCOMPARE(found.load(), 1);
    {
        std::string grows(text);
        grows.append(1000, '-');
        std::memset(grows.data(), 0, grows.size());
    }
    QCOMPARE(found.load(), 2);
    {
        QByteArray grows(text.data(), qsizetype(text.size()));
        grows.append(1000, '-');
        grows.fill(0);
    }
    QCOMPARE(found.load(), 3);
}

void TestSecretMemory::keyFilesLeaveNothing()
{
    const std::string key = m_issued.key.substr(80);
    watch(key);
    {
        const auto file =
            SecretFiles(m_folder.path()).read({QStringLiteral("tls"), {}}, QStringLiteral("tls.key"));
        QVERIFY(file);
        QVERIFY(std::string_view(file->text).find(key) != std::string_view::npos);
        PemFile copy = *file;
        copy = PemFile{QStringLiteral("another"), "text"};
    }
    QCOMPARE(found.load(), 0);
}

void TestSecretMemory::contextsLeaveNoText()
{
    EffectiveDocument document;
    Listener listener;
    listener.name = QStringLiteral("public");
    listener.tls.emplace();
    listener.tls->certificate.name = QStringLiteral("tls");
    document.api.spec.listeners = {listener};
    watch(std::string_view(m_issued.key).substr(80));
    {
        TlsSecrets all(m_folder.path(), m_clock);
        const auto loaded = all.load(document);
        QVERIFY(loaded && loaded->contexts.listener(QStringLiteral("public")));
        all.commit(*loaded);
    }
    QCOMPARE(found.load(), 0);
}

void TestSecretMemory::ticketKeysLeaveNothing()
{
    TicketKeys keys(m_clock);
    const auto held = keys.sealing();
    watch({reinterpret_cast<const char*>(held->mac.data()), held->mac.size()});
    {
        const SecretText text = keys.serialised();
        TicketKeys successor(m_clock);
        QVERIFY(successor.adopt(text));
    }
    QCOMPARE(found.load(), 0);
}

void TestSecretMemory::parcelsLeaveNothing()
{
    TicketKeys keys(m_clock);
    const auto held = keys.sealing();
    int fds[2] = {-1, -1};
    QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    HandoverChannel near{FileDescriptor(fds[0])};
    HandoverChannel far{FileDescriptor(fds[1])};
    watch({reinterpret_cast<const char*>(held->mac.data()), held->mac.size()});
    {
        HandoverParcel sent;
        sent.handover = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sent.tickets = keys.serialised();
        std::thread sender([&] { QVERIFY(sendParcel(near, sent)); });
        const auto got = receiveParcel(far);
        sender.join();
        QVERIFY(got && got->tickets == sent.tickets);
    }
    QCOMPARE(found.load(), 0);
}

QTEST_GUILESS_MAIN(TestSecretMemory)
#include "tst_secret_memory.moc"
