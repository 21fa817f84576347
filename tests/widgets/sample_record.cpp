#include "tests/widgets/sample_record.h"

#include "models/schema/record.h"
#include "models/schema/record_implementation.h"

namespace postern::test {
namespace {

using namespace std::chrono_literals;

enum class Mode { Enforce, Shadow, Off };
constexpr Choice<Mode> modes[] = {{"enforce", Mode::Enforce, "Decide and act"},
                                  {"shadow", Mode::Shadow, "Decide, count, let pass"},
                                  {"off", Mode::Off, "Do nothing"}};
constexpr std::span<const Choice<Mode>> choicesOf(Mode) { return modes; }

enum class Algorithm { Rs256, Rs384, Rs512, Es256, Es384 };
constexpr Choice<Algorithm> algorithms[] = {{"RS256", Algorithm::Rs256, "RSA with SHA-256"},
                                            {"RS384", Algorithm::Rs384, "RSA with SHA-384"},
                                            {"RS512", Algorithm::Rs512, "RSA with SHA-512"},
                                            {"ES256", Algorithm::Es256, "P-256 with SHA-256"},
                                            {"ES384", Algorithm::Es384, "P-384", Built::NotYet}};
constexpr std::span<const Choice<Algorithm>> choicesOf(Algorithm) { return algorithms; }

struct Retry
{
    qint64 attempts = 2;
    std::chrono::milliseconds backoff = 50ms;
};

struct Sample
{
    Mode mode = Mode::Enforce;
    std::vector<QString> key;
    qint64 limit = 0;
    std::chrono::milliseconds per = 1s;
    std::optional<qint64> burst;
    Bytes body{65536};
    Algorithm algorithm = Algorithm::Rs256;
    bool strict = true;
    SecretReference secret;
    TextMap labels;
    Retry retry;
    std::vector<Retry> steps;
};

const Record<Retry>& retryRecord()
{
    static const auto instance = record<Retry>("retry", "What to do when it does not answer.")
                                     .field("attempts", &Retry::attempts, "How often to try.")
                                     .range(0, 10)
                                     .field("backoff", &Retry::backoff, "The wait before the second try.")
                                     .range(0ms, 10s);
    return instance;
}

} // namespace

const RecordDescription& sampleRecord()
{
    static const auto instance =
        record<Sample>("sample", "How many requests one caller may make. Beyond it the caller gets 429 with "
                                 "Retry-After and RateLimit headers.")
            .field("mode", &Sample::mode, "Whether it acts.")
            .field("key", &Sample::key, "What is counted by: address, caller, jwt.CLAIM or header.NAME.")
            .required()
            .items(1, 8)
            .scalarOrList()
            .field("limit", &Sample::limit, "How many requests a key may make in each period.")
            .required()
            .range(1, 1e9)
            .unit("requests")
            .field("per", &Sample::per, "The period.")
            .range(1s, 24h * 30)
            .field("burst", &Sample::burst, "How many at once.")
            .range(1, 1e9)
            .field("maxBody", &Sample::body, "The largest body.")
            .range(Bytes{0}, Bytes{1 << 30})
            .field("algorithm", &Sample::algorithm, "How tokens are signed.")
            .field("strict", &Sample::strict, "Whether unknown keys are refused.")
            .field("secret", &Sample::secret, "The key's secret.")
            .field("labels", &Sample::labels, "Words for the log.")
            .field("retry", &Sample::retry, "What to do when it does not answer.", retryRecord())
            .field("steps", &Sample::steps, "Tries one after the other.", retryRecord());
    return instance;
}

} // namespace postern::test
