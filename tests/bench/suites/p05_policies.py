"""P5: a signed token checked, a rate limit for each caller, metrics, an access log in JSON; for tokens that were seen
before and for tokens seen first."""
from harness.contestants import HAProxy, Postern, public_key, tokens
from harness.loads import Wrk

SEEN = 100
FIRST = 12_000  # many times what the gateway's cache holds, in turn: each has left it before it comes again


def run(bench):
    for kind in ("rs256", "es256"):
        for text, count, limit in (("seen before", SEEN, 0.35), ("seen first", FIRST, 0.90)):
            load = Wrk(64, script=("tokens.lua", tokens(bench.stage, kind, count)))
            yield bench.compare(f"P5 {kind.upper()}, tokens {text}, 64 connections", [
                Postern(bench.stage, template="postern-jwt.yaml"),
                HAProxy(bench.stage, "jwt", ALG=kind.upper(), PUBLICKEY=public_key(bench.stage, kind)),
            ], load, {"haproxy": limit}).note(*(["Kong is no Debian package: its ratio was measured once, see README"]
                                                if count == SEEN else []))
