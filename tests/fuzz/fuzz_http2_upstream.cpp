// What an HTTP/2 upstream may say, to a session with several requests under way: nothing but their own
// answers ever reaches them, in order, and whatever comes ends in answers or failures.
#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/worker_context.h"
#include "models/document/upstream.h"
#include "tests/support/fake_clock.h"

#include <QCoreApplication>

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

/// One request, and what must hold of its answer.
class Asker final : private UpstreamStreamObserver
{
public:
    Asker(WorkerContext& context, const WorkerUpstream& upstream, Method method)
        : m_upstream(upstream), m_stream(context, static_cast<UpstreamStreamObserver&>(*this))
    {
        m_request.method = method;
        m_request.methodToken = methodName(method);
        m_request.target.pathAndQuery = "/x";
        m_request.host = "a";
        m_request.framing = method == Method::Post ? BodyFraming::Chunked : BodyFraming::None;
    }

    void begin()
    {
        m_isFinal = m_isOver = m_isReady = m_isSent = false;
        m_left.reset();
        switch (m_stream.begin(m_upstream, m_request, {})) {
        case UpstreamStream::Begun::Ready:
            streamReady();
            break;
        case UpstreamStream::Begun::Waiting:
            break;
        case UpstreamStream::Begun::Failed:
            m_isOver = true;
            break;
        }
    }
    void act(unsigned what)
    {
        std::string body(100 * what, 'b');
        switch (what % 6) {
        case 0:
            m_stream.abandon();
            m_isOver = true;
            break;
        case 1:
            m_takes = !m_takes;
            if (m_takes)
                m_stream.resume();
            break;
        case 2:
        case 3:
            if (m_request.hasBody() && m_isReady && !m_isSent && !m_isOver && !m_stream.isCongested()) {
                m_isSent = what % 6 == 3;
                m_stream.send({body, m_isSent});
            }
            break;
        default:
            if (m_isOver)
                begin();
            break;
        }
    }

private:
    void streamReady() override
    {
        require(!m_isReady && !m_isOver && m_stream.endpoint());
        m_isReady = true;
        m_isSent = !m_request.hasBody();
        m_stream.send({{}, m_isSent});
    }
    bool takesResponse() const override { return m_takes; }
    bool reserve(std::size_t) override { return m_takes; }
    void streamHead(ResponseHead& head, const Payload& payload) override
    {
        require(m_isReady && !m_isFinal && !m_isOver && head.status >= 100 && head.status != 101);
        for (const Header& field : head.headers)
            require(isFieldName(field.name) && isFieldValue(field.value));
        if (head.isInterim())
            return;
        m_isFinal = true;
        if (head.framing == BodyFraming::Length)
            m_left = head.contentLength;
        if (head.framing == BodyFraming::None)
            m_left = 0;
        count(payload);
    }
    void streamBody(const Payload& payload) override
    {
        require(m_isFinal && !m_isOver);
        count(payload);
    }
    void count(const Payload& payload)
    {
        if (m_left) {
            require(payload.bytes.size() <= *m_left);
            *m_left -= payload.bytes.size();
            require(!payload.last || *m_left == 0);
        }
        m_isOver = payload.last;
    }
    void streamFailed(const AttemptFailure& failure) override
    {
        require(!m_isOver && failure.refusal != Refusal::None);
        m_isOver = true;
    }
    void streamSettled() override {}

    const WorkerUpstream& m_upstream;
    RequestHead m_request;
    Http2UpstreamStream m_stream;
    std::optional<std::uint64_t> m_left;
    bool m_isReady = false;
    bool m_isSent = false;
    bool m_isFinal = false;
    bool m_isOver = true;
    bool m_takes = true;
};

/// A listener at a path of its own, and the worker's side of things.
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
        char folder[] = "/tmp/fuzz_http2_upstream.XXXXXX";
        require(::mkdtemp(folder) != nullptr);
        path = std::string(folder) + "/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        require(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                ::listen(listener, 16) == 0);
        context = std::make_unique<WorkerContext>(*dispatcher, clock, telemetry, 1);
    }
    void turn()
    {
        for (int i = 0; i < 30 && dispatcher->processEvents(QEventLoop::AllEvents); ++i) {
        }
    }

    EpollDispatcher* dispatcher = nullptr;
    FakeClock clock;
    WorkerTelemetry telemetry{nullptr};
    int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    std::string path;
    std::unique_ptr<WorkerContext> context;
};

/// The upstream's end of all connections.
class Peers
{
public:
    explicit Peers(int listener) : m_listener(listener) {}
    ~Peers()
    {
        accept();
        for (const int fd : m_open)
            ::close(fd);
    }
    void accept()
    {
        for (int fd = 0; (fd = ::accept4(m_listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
            m_open.push_back(fd);
    }
    void send(std::string_view bytes)
    {
        accept();
        char room[65536];
        for (const int fd : m_open) {
            while (::recv(fd, room, sizeof room, 0) > 0) {
            }
            std::ignore = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
    }

private:
    int m_listener;
    std::vector<int> m_open;
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
    const char stream = static_cast<char>(byte() & 0x0f);
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
    UpstreamSettings settings;
    settings.name = "app";
    settings.protocol = UpstreamProtocol::Http2Cleartext;
    settings.connectTimeout = settings.idleTimeout = std::chrono::seconds(60);
    settings.maxConnections = 2;
    settings.maxPending = 2;
    const auto address = SocketAddress::parse(QString::fromStdString("unix:" + bench.path));
    require(address.has_value());
    WorkerUpstream upstream;
    upstream.pool = std::make_shared<UpstreamPool>(
        bench.context->poolEnvironment(), settings,
        std::make_shared<UpstreamDirectory>(std::vector<EndpointSettings>{{*address, 1, bench.path}}));
    upstream.http2 = std::make_shared<Http2UpstreamPool>(*bench.context, upstream.pool);
    {
        Peers peers(bench.listener);
        std::vector<std::unique_ptr<Asker>> askers;
        for (const Method method : {Method::Get, Method::Post, Method::Head, Method::Post})
            askers.emplace_back(std::make_unique<Asker>(*bench.context, upstream, method))->begin();
        bench.turn();
        while (!data.empty()) {
            if (isRaw) {
                const std::size_t step = 1 + static_cast<unsigned char>(data.front());
                peers.send(data.substr(0, step));
                data.remove_prefix(std::min(data.size(), step));
            } else if (data.front() & '\x80') {
                askers[static_cast<std::size_t>(data.front() & 3)]->act(
                    static_cast<unsigned>(data.front() & 0x7f) >> 2);
                data.remove_prefix(1);
            } else {
                peers.send(takeFrame(data));
            }
            bench.turn();
        }
        askers.clear();
    }
    bench.turn();
    upstream.http2.reset();
    upstream.pool.reset();
    bench.turn();
    return 0;
}
