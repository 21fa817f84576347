#include "gateway/http/http2_session.h"

#include "gateway/http/http2_field_block.h"

#include <nghttp2/nghttp2.h>

#include <array>
#include <cassert>
#include <limits>
#include <new>

namespace postern {

namespace {

// Behind the handler's own budget, so that a forgotten case stays bounded too.
constexpr std::size_t kMostAcks = 8192;
// A handler counts these itself, with all else that a peer may do too often.
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kMostSettings = 32;
// Of a head that we send: beyond what any listener or upstream lets in, so that what was accepted goes out.
constexpr std::size_t kMostHeadBytes = 4 * 1024 * 1024;
constexpr std::uint32_t kFirstWindow = 65535; // RFC 9113 §6.9.2

using Options = std::unique_ptr<nghttp2_option, decltype(&nghttp2_option_del)>;

void ensure(int result)
{
    if (result == NGHTTP2_ERR_NOMEM)
        throw std::bad_alloc();
}

Options makeOptions()
{
    nghttp2_option* made = nullptr;
    ensure(nghttp2_option_new(&made));
    Options options(made, nghttp2_option_del);
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_http_messaging(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_max_outbound_ack(made, kMostAcks);
    nghttp2_option_set_max_settings(made, kMostSettings);
    nghttp2_option_set_max_continuations(made, kNoLimit);
    nghttp2_option_set_max_send_header_block_length(made, kMostHeadBytes);
    nghttp2_option_set_stream_reset_rate_limit(made, kNoLimit, kNoLimit);
    return options;
}

std::string_view view(const std::uint8_t* bytes, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes), size};
}

bool isSet(const nghttp2_frame& frame, std::uint8_t flag) { return (frame.hd.flags & flag) != 0; }

Http2Frame describe(const nghttp2_frame& frame)
{
    Http2Frame result;
    result.type = static_cast<Http2FrameType>(frame.hd.type);
    result.stream = frame.hd.stream_id;
    result.size = frame.hd.length;
    switch (result.type) {
    case Http2FrameType::Data:
        result.size -= std::min(result.size, frame.data.padlen);
        result.endsStream = isSet(frame, NGHTTP2_FLAG_END_STREAM);
        break;
    case Http2FrameType::Headers:
        result.endsStream = isSet(frame, NGHTTP2_FLAG_END_STREAM);
        break;
    case Http2FrameType::Settings:
    case Http2FrameType::Ping:
        result.isAck = isSet(frame, NGHTTP2_FLAG_ACK);
        break;
    case Http2FrameType::ResetStream:
        result.error = static_cast<Http2Error>(frame.rst_stream.error_code);
        break;
    case Http2FrameType::GoAway:
        result.error = static_cast<Http2Error>(frame.goaway.error_code);
        result.lastStream = frame.goaway.last_stream_id;
        break;
    default:
        break;
    }
    return result;
}

Http2HeadKind kindOf(const nghttp2_frame& frame)
{
    switch (frame.headers.cat) {
    case NGHTTP2_HCAT_REQUEST:
        return Http2HeadKind::Request;
    case NGHTTP2_HCAT_RESPONSE:
        return Http2HeadKind::Response;
    default:
        return Http2HeadKind::Further;
    }
}

int asResult(Http2Verdict verdict)
{
    return verdict == Http2Verdict::GoOn ? 0 : static_cast<int>(NGHTTP2_ERR_CALLBACK_FAILURE);
}

} // namespace

/// nghttp2's callbacks, in terms of Http2Handler.
struct Http2Session::Callbacks
{
    static Http2Handler& handler(void* user) { return static_cast<Http2Session*>(user)->m_handler; }

    static int beginFrame(nghttp2_session*, const nghttp2_frame_hd* head, void* user)
    {
        Http2Frame frame;
        frame.type = static_cast<Http2FrameType>(head->type);
        frame.stream = head->stream_id;
        frame.size = head->length;
        return asResult(handler(user).frameBegan(frame));
    }
    static int beginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        handler(user).headBegan(frame->hd.stream_id, kindOf(*frame));
        return 0;
    }
    static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t nameSize, const std::uint8_t* value, std::size_t valueSize, std::uint8_t,
                      void* user)
    {
        return asResult(
            handler(user).headField(frame->hd.stream_id, view(name, nameSize), view(value, valueSize)));
    }
    static int frameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        if (frame->hd.type == NGHTTP2_HEADERS)
            return asResult(handler(user).headEnded(frame->hd.stream_id, kindOf(*frame),
                                                    isSet(*frame, NGHTTP2_FLAG_END_STREAM)));
        return asResult(handler(user).frameReceived(describe(*frame)));
    }
    static int frameRefused(nghttp2_session*, const nghttp2_frame* frame, int, void* user)
    {
        return asResult(handler(user).frameRefused(frame->hd.stream_id));
    }
    static int data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                    std::size_t size, void* user)
    {
        // It is the memory that receive() was given, which is ours to change.
        auto* const own = const_cast<char*>(reinterpret_cast<const char*>(bytes));
        handler(user).data(stream, {own, size});
        return 0;
    }
    static int frameSent(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        handler(user).frameSent(describe(*frame));
        return 0;
    }
    /// An answer that can not be written would leave its stream open for ever; of a request nghttp2 closes it
    /// itself.
    static int frameNotSent(nghttp2_session* session, const nghttp2_frame* frame, int, void*)
    {
        if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            ensure(nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                             NGHTTP2_INTERNAL_ERROR));
        return 0;
    }
    static int streamClosed(nghttp2_session* session, std::int32_t stream, std::uint32_t error, void* user)
    {
        handler(user).streamClosed(stream, nghttp2_session_get_stream_user_data(session, stream),
                                   static_cast<Http2Error>(error));
        return 0;
    }
    static ssize_t readBody(nghttp2_session* session, std::int32_t stream, std::uint8_t*, std::size_t most,
                            std::uint32_t* flags, nghttp2_data_source*, void* user)
    {
        void* const streamUser = nghttp2_session_get_stream_user_data(session, stream);
        const auto part = handler(user).bodyPart(stream, streamUser, most);
        if (!part)
            return NGHTTP2_ERR_DEFERRED;
        *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
        if (part->last)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (part->trailers)
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        return static_cast<ssize_t>(part->size);
    }
    static int writeBody(nghttp2_session* session, nghttp2_frame* frame, const std::uint8_t* head,
                         std::size_t size, nghttp2_data_source*, void* user)
    {
        constexpr std::size_t kFrameHead = 9;
        assert(frame->data.padlen == 0); // no padding is ever chosen
        void* const streamUser = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
        const bool goOn = handler(user).writeBodyPart(streamUser, view(head, kFrameHead), size);
        return goOn ? 0 : static_cast<int>(NGHTTP2_ERR_PAUSE);
    }

    using Owned = std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)>;
    static Owned make()
    {
        nghttp2_session_callbacks* made = nullptr;
        ensure(nghttp2_session_callbacks_new(&made));
        nghttp2_session_callbacks_set_on_begin_frame_callback(made, beginFrame);
        nghttp2_session_callbacks_set_on_begin_headers_callback(made, beginHeaders);
        nghttp2_session_callbacks_set_on_header_callback(made, header);
        nghttp2_session_callbacks_set_on_frame_recv_callback(made, frameReceived);
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, frameRefused);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data);
        nghttp2_session_callbacks_set_on_frame_send_callback(made, frameSent);
        nghttp2_session_callbacks_set_on_frame_not_send_callback(made, frameNotSent);
        nghttp2_session_callbacks_set_on_stream_close_callback(made, streamClosed);
        nghttp2_session_callbacks_set_send_data_callback(made, writeBody);
        return {made, nghttp2_session_callbacks_del};
    }
};

void Http2Session::Delete::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

Http2Session::Http2Session(Role role, const Settings& settings, Http2Handler& handler) : m_handler(handler)
{
    const auto callbacks = Callbacks::make();
    const Options options = makeOptions();
    nghttp2_session* session = nullptr;
    ensure(role == Role::Server
               ? nghttp2_session_server_new2(&session, callbacks.get(), this, options.get())
               : nghttp2_session_client_new2(&session, callbacks.get(), this, options.get()));
    m_session.reset(session);
    std::array<nghttp2_settings_entry, 5> entries{};
    std::size_t count = 0;
    entries[count++] = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.streams};
    entries[count++] = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindow};
    entries[count++] = {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.headerListBytes};
    if (role == Role::Client)
        entries[count++] = {NGHTTP2_SETTINGS_ENABLE_PUSH, 0};
    else
        entries[count++] = {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1};
    if (settings.extendedConnect && role == Role::Server)
        entries[count++] = {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1};
    ensure(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries.data(), count));
    if (settings.connectionWindow > kFirstWindow)
        ensure(nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                                     static_cast<std::int32_t>(settings.connectionWindow)));
}

Http2Session::~Http2Session() = default;

bool Http2Session::receive(std::span<char> bytes)
{
    const auto taken = nghttp2_session_mem_recv(
        m_session.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (taken >= 0)
        return true;
    // The handler has said why it stopped. Of the others there is a word only where nghttp2 leaves it to us.
    if (taken == NGHTTP2_ERR_FLOODED || taken == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS)
        terminate(Http2Error::EnhanceYourCalm);
    else if (taken != NGHTTP2_ERR_CALLBACK_FAILURE)
        terminate(taken == NGHTTP2_ERR_NOMEM ? Http2Error::Internal : Http2Error::Protocol);
    return false;
}

std::string_view Http2Session::output()
{
    const std::uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(m_session.get(), &bytes);
    // Nothing here fails but for memory, and then there is nothing to say.
    return size > 0 ? view(bytes, static_cast<std::size_t>(size)) : std::string_view();
}

bool Http2Session::hasOutput() const { return nghttp2_session_want_write(m_session.get()) != 0; }

bool Http2Session::isOver() const { return nghttp2_session_want_read(m_session.get()) == 0 && !hasOutput(); }

void Http2Session::respond(Http2StreamId stream, const Http2FieldBlock& head, Http2Body body)
{
    const nghttp2_data_provider provider{{}, Callbacks::readBody};
    const auto fields = head.fields();
    ensure(nghttp2_submit_response(m_session.get(), stream, fields.data(), fields.size(),
                                   body == Http2Body::Follows ? &provider : nullptr));
}

void Http2Session::sendInterim(Http2StreamId stream, const Http2FieldBlock& head)
{
    const auto fields = head.fields();
    ensure(nghttp2_submit_headers(m_session.get(), NGHTTP2_FLAG_NONE, stream, nullptr, fields.data(),
                                  fields.size(), nullptr));
}

Http2StreamId Http2Session::request(const Http2FieldBlock& head, Http2Body body, void* user)
{
    const nghttp2_data_provider provider{{}, Callbacks::readBody};
    const auto fields = head.fields();
    const std::int32_t stream =
        nghttp2_submit_request(m_session.get(), nullptr, fields.data(), fields.size(),
                               body == Http2Body::Follows ? &provider : nullptr, user);
    ensure(stream);
    return stream > 0 ? stream : 0;
}

void Http2Session::sendTrailers(Http2StreamId stream, const Http2FieldBlock& trailers)
{
    const auto fields = trailers.fields();
    ensure(nghttp2_submit_trailer(m_session.get(), stream, fields.data(), fields.size()));
}

void Http2Session::resume(Http2StreamId stream)
{
    ensure(nghttp2_session_resume_data(m_session.get(), stream));
}

void Http2Session::reset(Http2StreamId stream, Http2Error error)
{
    ensure(nghttp2_submit_rst_stream(m_session.get(), NGHTTP2_FLAG_NONE, stream,
                                     static_cast<std::uint32_t>(error)));
}

void Http2Session::consume(Http2StreamId stream, std::size_t size)
{
    if (size > 0)
        ensure(nghttp2_session_consume(m_session.get(), stream, size));
}

void Http2Session::consumeConnection(std::size_t size)
{
    if (size > 0)
        ensure(nghttp2_session_consume_connection(m_session.get(), size));
}

void Http2Session::consumeStream(Http2StreamId stream, std::size_t size)
{
    if (size > 0)
        ensure(nghttp2_session_consume_stream(m_session.get(), stream, size));
}

void Http2Session::widen(Http2StreamId stream, std::uint32_t window)
{
    ensure(nghttp2_session_set_local_window_size(m_session.get(), NGHTTP2_FLAG_NONE, stream,
                                                 static_cast<std::int32_t>(window)));
}

void Http2Session::ping() { ensure(nghttp2_submit_ping(m_session.get(), NGHTTP2_FLAG_NONE, nullptr)); }

void Http2Session::announceShutdown() { ensure(nghttp2_submit_shutdown_notice(m_session.get())); }

void Http2Session::goAway(Http2Error error)
{
    ensure(nghttp2_submit_goaway(m_session.get(), NGHTTP2_FLAG_NONE,
                                 nghttp2_session_get_last_proc_stream_id(m_session.get()),
                                 static_cast<std::uint32_t>(error), nullptr, 0));
}

void Http2Session::terminate(Http2Error error)
{
    ensure(nghttp2_session_terminate_session(m_session.get(), static_cast<std::uint32_t>(error)));
}

void Http2Session::setUser(Http2StreamId stream, void* user)
{
    ensure(nghttp2_session_set_stream_user_data(m_session.get(), stream, user));
}

void* Http2Session::user(Http2StreamId stream) const
{
    return nghttp2_session_get_stream_user_data(m_session.get(), stream);
}

std::uint32_t Http2Session::peerStreamLimit() const
{
    return nghttp2_session_get_remote_settings(m_session.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

bool Http2Session::peerAllowsExtendedConnect() const
{
    return nghttp2_session_get_remote_settings(m_session.get(), NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) !=
           0;
}

} // namespace postern
