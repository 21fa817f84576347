// Writes signed tokens, one a line, for the benchmarks: bench_tokens es256|rs256 COUNT
#include "tests/support/token_signer.h"

#include <QDateTime>

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv)
{
    using postern::test::TokenSigner;
    if (argc != 3 || std::atoi(argv[2]) <= 0) {
        std::fputs("usage: bench_tokens es256|rs256 COUNT\n", stderr);
        return 2;
    }
    const TokenSigner signer(std::strcmp(argv[1], "es256") == 0 ? TokenSigner::Kind::Es256 : TokenSigner::Kind::Rs256);
    const qint64 expires = QDateTime::currentSecsSinceEpoch() + 3600;
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        const QByteArray token = signer.sign({{QStringLiteral("iss"), QStringLiteral("https://id.bank.example")},
                                              {QStringLiteral("aud"), QStringLiteral("accounts")},
                                              {QStringLiteral("sub"), QStringLiteral("caller-%1").arg(i)},
                                              {QStringLiteral("scope"), QStringLiteral("accounts:read transfers:write")},
                                              {QStringLiteral("exp"), expires}});
        std::printf("%s\n", token.constData());
    }
}
