// What an HTTP/2 client may say, to a whole worker: the upstream, which answers now and then, gets nothing
// but requests that our own strict parser takes, and whatever comes ends.
#include "gateway/event/epoll_dispatcher.h"
#include "gateway/http/request_parser.h"
#include "gateway/policies/catalogue.h"
#include "gateway/policies/registry.h"
#include "gateway/policy/policy_registry.h"
#include "gateway/proxy/body_reader.h"
#include "gateway/proxy/proxy_worker.h"
#include "gateway/proxy/snapshot.h"
#include "gateway/telemetry/telemetry.h"
#include "models/document/effective_document.h"
#include "tests/support/fake_clock.h"

#include <QCoreApplication>
#include <QDate>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

using namespace postern;
using namespace postern::test;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::shared_ptr<const Snapshot> snapshot(const std::string& upstream)
{
    const QByteArray text = "apiVersion: postern.dev/v1alpha1\n"
                            "kind: ApiGateway\n"
                            "metadata: {name: accounts, namespace: payments}\n"
                            "spec:\n"
                            "  listeners: [{name: main, address: \"127.0.0.1:0\", protocols: [http1]}]\n"
                            "  limits: {headerBytes: 4KiB, resets: 50, streams: 8}\n"
                            "  upstreams: [{name: app, maxConnections: 4, endpoints: [{address: \"unix:" +
                            QByteArray::fromStdString(upstream) +
                            "\"}]}]\n"
                            "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 5s}]\n";
    const QString file = QStringLiteral("gateway.yaml");
    const MemorySource source({{file, text}});
    EffectiveResult result = makeEffective(loadDocuments({file}, source, policyCatalogue()),
                                           u"payments/accounts", policyCatalogue(), QDate(2026, 1, 1));
    require(result.document.has_value());
    result.document->api.spec.listeners.at(0).protocols = {Protocol::Http2Cleartext};
    auto made = Snapshot::create(std::make_shared<const EffectiveDocument>(std::move(*result.document)),
                                 builtPolicies());
    require(made.has_value());
    return *made;
}

/// The upstream's end of one connection: reads requests as strictly as we read a client's.
class Reader
{
public:
    explicit Reader(int fd) : m_fd(fd) {}
    ~Reader() { ::close(m_fd); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    void read()
    {
        char room[65536];
        for (ssize_t count = 0; (count = ::recv(m_fd, room, sizeof room, 0)) > 0;)
            m_input.append(room, static_cast<std::size_t>(count));
        while (step()) {
        }
    }
    void answer(unsigned which)
    {
        static const std::string answers[] = {
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + std::string(90'000, 'x'),
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"};
        const std::string& text = answers[which % std::size(answers)];
        std::ignore = ::send(m_fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (which % std::size(answers) == 5)
            ::shutdown(m_fd, SHUT_RDWR);
    }

private:
    bool step()
    {
        if (m_input.empty())
            return false;
        if (m_inBody) {
            const BodyReader::Piece piece = m_body.take(m_input);
            require(piece.refusal == Refusal::None);
            m_input.erase(0, piece.consumed);
            m_inBody = !m_body.isDone();
            return !m_inBody;
        }
        const std::size_t end = m_input.find("\r\n\r\n");
        if (end == std::string::npos)
            return false;
        RequestParser parser;
        RequestHead head;
        Arena arena;
        const ParseResult result =
            parser.parse(std::string_view(m_input).substr(0, end + 4), {16384, 200, 16384}, arena, head);
        require(result.state == ParseResult::State::Done);
        require(!head.headers.contains(HeaderId::Connection) && !head.headers.contains(HeaderId::Upgrade) &&
                !head.headers.contains(HeaderId::Te) && head.headers.count(HeaderId::XForwardedFor) == 1);
        m_body.start(head.framing, head.contentLength);
        m_inBody = !m_body.isDone();
        m_input.erase(0, end + 4);
        return true;
    }

    int m_fd;
    std::string m_input;
    BodyReader m_body;
    bool m_inBody = false;
};

struct Bench
{
    Bench()
    {
        auto made = EpollDispatcher::create();
        require(made.has_value());
        dispatcher = made->release();
        QCoreApplication::setEventDispatcher(dispatcher);
        static int count = 0;
        static char* none = nullptr;
        static QCoreApplication application(count, &none);
        char folder[] = "/tmp/fuzz_http2.XXXXXX";
        require(::mkdtemp(folder) != nullptr);
        const std::string path = std::string(folder) + "/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        require(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                ::listen(listener, 64) == 0);
        compiled = snapshot(path);
        telemetry.configurationApplied(compiled->metricsLayout());
    }
    void turn()
    {
        for (int i = 0; i < 60 && dispatcher->processEvents(QEventLoop::AllEvents); ++i) {
        }
    }

    EpollDispatcher* dispatcher = nullptr;
    FakeClock clock;
    Telemetry telemetry;
    WorkerTelemetry& shard = telemetry.addWorker();
    int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    std::shared_ptr<const Snapshot> compiled;
};

/// A frame with the right head, so that what is wrong is found behind it: type, flags, stream, size, payload.
std::string takeFrame(std::string_view& data)
{
    const auto byte = [&data] {
        const char first = data.empty() ? '\0' : data.front();
        data.remove_prefix(data.empty() ? 0 : 1);
        return first;
    };
    const char type = static_cast<char>(byte() % 11);
    const char flags = byte();
    const char stream = static_cast<char>(byte() & 0x1f);
    const std::string_view payload = data.substr(0, static_cast<unsigned char>(byte()));
    data.remove_prefix(std::min(data.size(), payload.size()));
    std::string frame{'\0', '\0', static_cast<char>(payload.size()), type, flags, '\0', '\0', '\0', stream};
    return frame.append(payload);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static Bench bench;
    std::string_view data(reinterpret_cast<const char*>(bytes), size);
    if (data.empty())
        return 0;
    const bool isRaw = (data.front() & 1) != 0;
    data.remove_prefix(1);
    ProxyWorker worker({*bench.dispatcher, bench.clock, bench.shard});
    worker.apply(bench.compiled);
    int pair[2] = {-1, -1};
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    worker.accept(QStringLiteral("main"), FileDescriptor(pair[0]));
    std::vector<std::unique_ptr<Reader>> readers;
    const auto send = [&pair](std::string_view text) {
        char room[65536];
        while (::recv(pair[1], room, sizeof room, 0) > 0) {
        }
        std::ignore = ::send(pair[1], text.data(), text.size(), MSG_NOSIGNAL);
    };
    if (!isRaw)
        send({"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", 33});
    while (!data.empty()) {
        if (isRaw) {
            const std::size_t step = 1 + static_cast<unsigned char>(data.front());
            send(data.substr(0, step));
            data.remove_prefix(std::min(data.size(), step));
        } else if (data.front() & '\x80') {
            const auto what = static_cast<unsigned>(data.front() & 0x7f);
            data.remove_prefix(1);
            if (what == 0x7f)
                bench.clock.advance(std::chrono::seconds(1));
            else if (!readers.empty())
                readers[what / 8 % readers.size()]->answer(what % 8);
        } else {
            send(takeFrame(data));
        }
        bench.turn();
        for (int fd = 0;
             (fd = ::accept4(bench.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
            readers.push_back(std::make_unique<Reader>(fd));
        for (const auto& reader : readers)
            reader->read();
    }
    ::close(pair[1]);
    bench.turn();
    require(worker.connections() == 0 && worker.requestsInFlight() == 0);
    return 0;
}
