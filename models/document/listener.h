#pragma once

#include "models/schema/record.h"

namespace postern {

enum class Protocol { Http1, Http2, Http2Cleartext };
std::span<const Choice<Protocol>> choicesOf(Protocol);

enum class ProxyProtocol { Off, V1, V2, Any };
std::span<const Choice<ProxyProtocol>> choicesOf(ProxyProtocol);

enum class TlsVersion { V1_2, V1_3 };
std::span<const Choice<TlsVersion>> choicesOf(TlsVersion);

enum class ClientCertificateMode { Off, Optional, Required };
std::span<const Choice<ClientCertificateMode>> choicesOf(ClientCertificateMode);

struct ClientCertificates
{
    ClientCertificateMode mode = ClientCertificateMode::Off;
    SecretReference ca;
};

struct ListenerTls
{
    SecretReference certificate;
    std::vector<SecretReference> certificates; ///< further ones
    TlsVersion minVersion = TlsVersion::V1_2;
    std::optional<ClientCertificates> clientCertificates;
};

/// An address the gateway accepts connections on.
struct Listener
{
    QString name;
    QString address; ///< `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/a.sock`: see SocketAddress
    std::vector<Protocol> protocols = {Protocol::Http1};
    std::optional<ListenerTls> tls;
    std::vector<QString> trustedProxies; ///< see IpRange; or `unix:`
    ProxyProtocol proxyProtocol = ProxyProtocol::Off;
};

[[nodiscard]] const Record<Listener>& listenerRecord();

} // namespace postern
