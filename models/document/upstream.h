#pragma once

#include "models/schema/record.h"

namespace postern {

using std::chrono::milliseconds;

struct Endpoint
{
    QString address; ///< see SocketAddress
    int weight = 1;
};

enum class UpstreamProtocol { Http1, Http2Cleartext, Http2 };
std::span<const Choice<UpstreamProtocol>> choicesOf(UpstreamProtocol);

enum class Balancer { RoundRobin, LeastRequest, Random, ConsistentHash };
std::span<const Choice<Balancer>> choicesOf(Balancer);

enum class DnsRecordType { A, Srv };
std::span<const Choice<DnsRecordType>> choicesOf(DnsRecordType);

struct UpstreamDns
{
    QString name;
    int port = 0; ///< of addresses; SRV brings its own
    DnsRecordType type = DnsRecordType::A;
    milliseconds refresh{5'000};

    friend bool operator==(const UpstreamDns&, const UpstreamDns&) = default;
};

struct UpstreamTls
{
    std::optional<SecretReference> ca;
    QString serverName;
    std::optional<SecretReference> clientCertificate;
    bool verify = true;
};

struct Retries
{
    int attempts = 1;
    std::vector<QString> on{QStringLiteral("connectFailure")}; ///< or `reset`, or a status from 400 to 599
    double budget = 20;                                        ///< % of requests
    std::optional<milliseconds> perTryTimeout;
};

enum class HealthCheckType { Http, Tcp, Grpc };
std::span<const Choice<HealthCheckType>> choicesOf(HealthCheckType);

struct HealthCheck
{
    std::optional<HealthCheckType> type;
    QString path;    ///< of `http`
    QString host;    ///< of `http` and `grpc`; empty: the endpoint's address
    QString service; ///< of `grpc`; empty: the server as a whole
    milliseconds interval{5'000};
    milliseconds timeout{1'000};
    int healthyAfter = 2;
    int unhealthyAfter = 3;

    [[nodiscard]] HealthCheckType effectiveType() const
    {
        return type.value_or(path.isEmpty() ? HealthCheckType::Tcp : HealthCheckType::Http);
    }
    friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

struct OutlierDetection
{
    int consecutiveErrors = 5;
    milliseconds baseEjection{30'000};
    double maxEjected = 50; ///< % of endpoints
};

/// Where requests go on to.
struct Upstream
{
    QString name;
    UpstreamProtocol protocol = UpstreamProtocol::Http1;
    std::vector<Endpoint> endpoints;
    std::optional<UpstreamDns> dns;
    std::optional<UpstreamTls> tls;
    Balancer balancer = Balancer::RoundRobin;
    QString hashOn;
    milliseconds slowStart{0};
    milliseconds connectTimeout{1'000};
    milliseconds idleTimeout{55'000};
    int maxConnections = 1024;                ///< over all workers of the process
    milliseconds maxConnectionAge{3'600'000}; ///< 0: none
    int maxRequestsPerConnection = 0;         ///< 0: no limit
    int maxPending = 1024;                    ///< requests that wait for a connection
    int maxRequests = 0;                      ///< at once, over all workers; 0: no limit
    std::optional<Retries> retries;
    std::optional<HealthCheck> healthCheck;
    std::optional<OutlierDetection> outlierDetection;
};

[[nodiscard]] const Record<Upstream>& upstreamRecord();

} // namespace postern
