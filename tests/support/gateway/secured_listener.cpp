#include "tests/support/gateway/secured_listener.h"

#include "gateway/tls/tls_server_context.h"
#include "tests/support/certificate_authority.h"

namespace postern::test {

QByteArray securedListener(const QByteArray& more)
{
    return "  listeners:\n    - {name: main, address: \"127.0.0.1:0\", "
           "tls: {certificate: {secretRef: {name: site}}}, " +
           more + "}\n";
}

TlsContexts securedListenerContexts(const std::vector<std::string>& protocols)
{
    static const SystemClock clock;
    const IssuedCertificate issued = selfSigned("site");
    TlsServerSettings settings;
    settings.certificates = {
        {{QStringLiteral("tls.crt"), issued.certificate}, {QStringLiteral("tls.key"), issued.key}}};
    settings.protocols = protocols;
    auto context = TlsServerContext::create(settings, std::make_shared<TicketKeys>(clock), clock);
    if (!context)
        qFatal("%s", qPrintable(context.error().text()));
    TlsContexts contexts;
    contexts.listeners[QStringLiteral("main")] = *context;
    return contexts;
}

} // namespace postern::test
