#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/forwarding.h"
#include "gateway/policy/policy_context.h"
#include "gateway/policy/policy_run.h"
#include "gateway/proxy/client_stream.h"
#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/proxy/upstream_exchange.h"
#include "gateway/telemetry/request_record.h"

namespace postern {

enum class WebSocketClose : std::uint16_t;
struct WebSocketTunnel;
struct WorkerConfiguration;

/// What an exchange knows of the connection it came over. Outlives it.
struct ClientConnection
{
    Peer peer;
    const ListenerSettings* listener = nullptr; ///< null: nobody is trusted
    std::string_view listenerName;
};

/// One request and its response: route, policies, upstream, record.
///
/// Purpose: the order of things for one request, free of how the client's protocol frames it. Owner: the
/// client's stream, while it lasts; warm ones wait in the WorkerContext. Thread: the worker's. Lifecycle:
/// begin(), then request() is filled, then start() or refuse(); requestBody() until its end; finish() when
/// the stream has sent the response, or broke(); then it can begin anew.
class Exchange final : private UpstreamObserver, private Deadline, private DecisionObserver
{
public:
    explicit Exchange(WorkerContext& context);
    ~Exchange() override;

    void begin(ClientStream& stream);
    [[nodiscard]] Arena& arena() { return m_arena; }
    [[nodiscard]] RequestHead& request() { return m_request; }

    /// The request's head is complete. \a client's views live until finish().
    void start(const ClientConnection& client);
    /// The request is refused before it became one: \a refusal is of its head.
    void refuse(const ClientConnection& client, Refusal refusal);

    /// Whether requestBody() may be called now. Once the response is decided it may always: the rest is
    /// dropped.
    [[nodiscard]] bool acceptsBody() const;
    void requestBody(const Payload& payload);
    /// Nothing of the body is there yet: the head goes alone.
    void bodyIsLate();
    /// The body turned out wrong, or too slow.
    void refuseBody(Refusal refusal);

    void clientWritable();
    /// The worker drains: a WebSocket is closed (1001) at the next end of a frame; requests go on.
    void goAway();
    /// It has become a WebSocket: silence is no fault, and has a limit of its own.
    [[nodiscard]] bool isTunnel() const { return m_tunnel != nullptr; }
    /// No timeout, and a client that stays as long as it listens: the response is a stream of events, or may
    /// become one as the request has it, or a gRPC call's, or a WebSocket is asked for. One that has finished
    /// sending has left, though it may as well only have nothing more to say.
    [[nodiscard]] bool endsWithClient() const { return m_endsWithClient; }
    /// The client has the whole response, or (with another \a end) is gone: counts, logs, lets go of
    /// everything. \returns the moment.
    Clock::Steady finish(RequestEnd end);

    /// How the client's protocol frames the request's body; kept here so that an idle connection has none.
    BodyReader bodyReader;

private:
    enum class Stage : unsigned char {
        Idle,
        Deciding,   ///< a policy has paused it
        Connecting, ///< no upstream connection yet
        Forwarding, ///< the response has not begun
        Responding, ///< its head is sent
        Answered    ///< by the gateway, or cut; nothing more comes
    };

    void upstreamReady() override;
    bool takesResponse() const override { return !m_stream->isCongested(); }
    bool reserve(std::size_t bytes) override { return m_stream->reserve(bytes); }
    void responseHead(ResponseHead& head, const Payload& payload) override;
    void responseBody(const Payload& payload) override;
    void upstreamFailed(Refusal refusal) override;
    void upstreamSettled() override { m_stream->settle(); }
    void reached() override;
    void decided(const ChainLink& link, Kind kind) override;

    void sendInterim(ResponseHead& head);
    void identify(const ClientConnection& client);
    void prepare(const ClientConnection& client);
    void route();
    void resumed(PolicyRun::Outcome outcome);
    void goOn(PolicyRun::Outcome outcome);
    void forward();
    void sendBody(const Payload& payload);
    void answer(Problem& problem, RequestEnd end);
    void answer(Refusal refusal, RequestEnd end);
    void writeAnswer(const Problem& problem);
    void writeGrpcAnswer(const Problem& problem);
    void addGrpcStatus(const Problem& problem);
    void endGrpcResponse(const Problem& problem, RequestEnd end);
    [[nodiscard]] Refusal prepareUpgrade();
    void beginTunnel(ResponseHead& head, const Payload& payload);
    void noteTunnelUse();
    void relayFromClient(const Payload& payload);
    void relayFromUpstream(const Payload& payload);
    void closeTunnel(WebSocketClose reason, RequestEnd end);
    void closeTunnelIfGoing();
    void timeOut();
    void cut(RequestEnd end);
    Clock::Steady record(RequestEnd end);
    void fillRecord(RequestRecord& record);

    WorkerContext& m_context;
    ClientStream* m_stream = nullptr;
    std::shared_ptr<const WorkerConfiguration> m_configuration;
    Arena m_arena;
    RequestHead m_request;
    ResponseHead m_answer; ///< the gateway's own
    std::string m_answerBody;
    Forwarding m_forwarding;
    Headers m_withheld;
    Headers m_trailers; ///< the request's, as far as they may go on
    RouteLookup m_lookup;
    const PolicyChain* m_chain = nullptr;
    PolicyContext m_policyContext;
    PolicyRun m_run;
    UpstreamExchange m_upstream;
    std::vector<PolicyOutcome> m_outcomes; ///< while the record is made

    Clock::Steady m_startedAt{};
    Clock::Wall m_time{};
    Clock::Steady m_due = Clock::Steady::max(); ///< the route's timeout, or a tunnel's idle one
    std::unique_ptr<WebSocketTunnel> m_tunnel;  ///< from the 101 on
    std::optional<std::size_t> m_upstreamIndex;
    std::string_view m_listenerName;
    Refusal m_refusal = Refusal::None; ///< where the request counts as refused
    std::uint64_t m_bytesIn = 0;
    std::uint64_t m_bytesOut = 0;
    int m_status = 0;
    RequestEnd m_end = RequestEnd::Complete;
    Stage m_stage = Stage::Idle;
    bool m_identified = false;  ///< it has become a request, and is counted
    bool m_dueByCaller = false; ///< m_due is a gRPC caller's own deadline
    bool m_bodyComplete = false;
    bool m_endsWithClient = false;
    bool m_mayEndInTrailers = false; ///< the response: a gRPC call's, begun, its end not known yet
    bool m_upgrading = false;        ///< to a WebSocket, as the client wishes and the route allows
};

} // namespace postern
