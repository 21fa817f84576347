#include "gateway/server/commands/serve.h"

#include "gateway/event/mailbox.h"
#include "gateway/policies/catalogue.h"
#include "gateway/policies/registry.h"
#include "gateway/server/gateway.h"
#include "gateway/server/processors.h"
#include "gateway/server/signal_watch.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

namespace postern {

namespace {

constexpr std::size_t mostWorkers = 256;

Result<GatewayOptions> optionsOf(const Arguments& arguments)
{
    GatewayOptions options;
    options.configuration = arguments.value(QStringLiteral("config"));
    options.workers = usableProcessors();
    if (arguments.has(QStringLiteral("workers"))) {
        bool isNumber = false;
        const QString text = arguments.value(QStringLiteral("workers"));
        options.workers = text.toUInt(&isNumber);
        if (!isNumber || options.workers < 1 || options.workers > mostWorkers)
            return failure(
                Error::invalid(QStringLiteral("--workers %1: expected 1 to %2").arg(text).arg(mostWorkers)));
    }
    for (const QString& text : arguments.values(QStringLiteral("listen"))) {
        const QString name = text.section(u'=', 0, 0);
        const auto address = SocketAddress::parse(text.section(u'=', 1));
        if (name.isEmpty() || !address)
            return failure(Error::invalid(
                QStringLiteral("--listen %1: expected NAME=ADDRESS, such as main=127.0.0.1:8080").arg(text)));
        options.listen.insert(name, *address);
    }
    if (arguments.has(QStringLiteral("admin"))) {
        const QString text = arguments.value(QStringLiteral("admin"));
        options.admin = SocketAddress::parse(text);
        if (!options.admin)
            return failure(Error::invalid(
                QStringLiteral("--admin %1: expected an address, such as 127.0.0.1:9909").arg(text)));
    }
    options.dns = arguments.value(QStringLiteral("dns"));
    options.handover = arguments.value(QStringLiteral("handover"));
    const QString secrets = arguments.value(QStringLiteral("secrets"));
    if (!secrets.isEmpty() && !QFileInfo(secrets).isDir())
        return failure(Error::invalid(QStringLiteral("--secrets %1: no such folder").arg(secrets)));
    options.secrets = secrets;
    return options;
}

/// Ten thousand connections need twice as many descriptors; the soft limit is often 1024. \returns the limit
/// there is then.
std::size_t raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

/// Where the access log goes; -1 where standard output was closed (main puts /dev/null, read-only, in its
/// place).
int accessLogDescriptor()
{
    const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY ? STDOUT_FILENO : -1;
}

class Serving
{
public:
    explicit Serving(EpollDispatcher& dispatcher) : m_dispatcher(dispatcher) {}

    ExitStatus run(GatewayOptions options, const CommandStreams& streams)
    {
        const auto failed = [&streams](const Error& error) {
            streams.complain(QStringLiteral("serve: ") + error.text());
            return error.kind == Error::Kind::NotFound ? ExitStatus::Unusable : ExitStatus::Findings;
        };
        // Before the first thread: signals and the soft limit are inherited.
        ::signal(SIGPIPE, SIG_IGN);
        ::signal(SIGXFSZ, SIG_IGN); // a log that may not grow is a failed write, not the end
        options.descriptors = raiseDescriptorLimit();
        auto mailbox = Mailbox::create(m_dispatcher);
        if (!mailbox)
            return failed(mailbox.error());
        auto signals = SignalWatch::create(m_dispatcher, {SIGTERM, SIGINT, SIGHUP},
                                           [this](int signal) { received(signal); });
        if (!signals)
            return failed(signals.error());
        m_mailbox = mailbox->get();
        options.accessLog = accessLogDescriptor();
        options.events = eventsTo(STDERR_FILENO);
        options.handedOver = [this] { exitSoon(); };

        const SystemClock clock;
        const PolicyRegistry policies = builtPolicies();
        auto gateway = Gateway::start(options, {clock, policyCatalogue(), policies});
        if (!gateway)
            return failed(gateway.error());
        m_gateway = gateway->get();
        options.events(EventLine("started")
                           .add("version", POSTERN_VERSION)
                           .add("workers", static_cast<qint64>(options.workers)));
        QCoreApplication::exec();
        return ExitStatus::Success;
    }

private:
    void received(int signal)
    {
        if (signal == SIGHUP) {
            m_gateway->reload();
            return;
        }
        if (m_ending) // who asks twice means now
            ::_exit(128 + signal);
        m_ending = true;
        m_gateway->drain([this] { exitSoon(); });
    }

    /// Any thread.
    void exitSoon()
    {
        m_mailbox->post([] { QCoreApplication::exit(); });
    }

    EpollDispatcher& m_dispatcher;
    Mailbox* m_mailbox = nullptr;
    Gateway* m_gateway = nullptr; ///< set before the loop, in which alone signals arrive
    bool m_ending = false;
};

ExitStatus serve(const Arguments& arguments, const CommandStreams& streams)
{
    auto options = optionsOf(arguments);
    if (!options) {
        streams.complain(QStringLiteral("serve: ") + options.error().message);
        return ExitStatus::Unusable;
    }
    auto* dispatcher = qobject_cast<EpollDispatcher*>(QAbstractEventDispatcher::instance());
    Q_ASSERT(dispatcher); // main installs it
    return Serving(*dispatcher).run(std::move(*options), streams);
}

} // namespace

Command serveCommand()
{
    return {
        .name = QStringLiteral("serve"),
        .summary = QStringLiteral("runs the gateway"),
        .positional = {},
        .options =
            {{.name = QStringLiteral("config"),
              .value = QStringLiteral("PATH"),
              .help = QStringLiteral("a document, or a flat folder of one ApiGateway and its baselines"),
              .required = true,
              .choices = {}},
             {.name = QStringLiteral("secrets"),
              .value = QStringLiteral("DIR"),
              .help = QStringLiteral("where secretRef finds its folders"),
              .choices = {}},
             {.name = QStringLiteral("workers"),
              .value = QStringLiteral("N"),
              .help = QStringLiteral("threads of the data path; without it, the processors it may use"),
              .choices = {}},
             {.name = QStringLiteral("listen"),
              .value = QStringLiteral("NAME=ADDRESS"),
              .help = QStringLiteral("instead of a listener's address in the document; port 0 is allowed"),
              .repeatable = true,
              .choices = {}},
             {.name = QStringLiteral("admin"),
              .value = QStringLiteral("ADDRESS"),
              .help = QStringLiteral("instead of the document's admin.address"),
              .choices = {}},
             {.name = QStringLiteral("dns"),
              .value = QStringLiteral("SERVERS"),
              .help =
                  QStringLiteral("name servers, ADDRESS:PORT by commas, that look up upstreams instead of "
                                 "the system's"),
              .choices = {}},
             {.name = QStringLiteral("handover"),
              .value = QStringLiteral("PATH"),
              .help =
                  QStringLiteral("a unix: socket; a gateway that runs there hands its clients over to this "
                                 "one and ends, and this one waits there for its successor"),
              .choices = {}}},
        .run = serve};
}

} // namespace postern
