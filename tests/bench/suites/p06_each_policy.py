"""P6: what each policy costs alone, over the plain path. Differences are taken within a round, so that a drifting
machine falls out of them. All contestants get the same requests, with a bearer token, as jwt needs one."""
import re
import statistics

from harness.contestants import Postern, tokens
from harness.loads import Wrk
from harness.programs import ROOT
from harness.report import Result, span

# One line a built policy: its configuration. A policy without a line here is named in the table as such.
CONFIGS = {
    "requestId": "{}",
    "requestSize": "{maxBody: 1MiB}",
    "jwt": "{issuer: https://id.bank.example, audiences: [accounts], algorithms: [RS256], jwks: {file: jwks.json}}",
    "rateLimit": "{key: address, limit: 1000000, per: 1s}",
    "headers": '{request: {set: {X-Client: "${address}", X-Api: "${api}"}}, response: {set: {X-Served-By: postern}}}',
}
STATE_THEIR_OWN = ("waf", "validate", "script")
LIMIT_US = 2.0


def built():
    text = (ROOT / "gateway/policies/registry.cpp").read_text()
    return re.findall(r'registry\.add\(QStringLiteral\("(\w+)"\)', text)


def run(bench):
    types = [t for t in built() if t in CONFIGS]
    contestants = [Postern(bench.stage)] + [
        Postern(bench.stage, name=t, policies=f"[{{name: alone, type: {t}, config: {CONFIGS[t]}}}]") for t in types]
    load = Wrk(64, script=("tokens.lua", tokens(bench.stage, "rs256", 100)))
    figures, troubles = bench.measure(contestants, load)
    plain = figures.pop("postern")
    rows, data = [("plain path", f"{plain.median():.2f}", "", "")], {"plain": plain.data()}
    costs = {}
    for name, f in figures.items():
        apart = [with_it.us - without.us for with_it, without in zip(f.rounds, plain.rounds)]
        user = [with_it.user - without.user for with_it, without in zip(f.rounds, plain.rounds)]
        costs[name] = statistics.median(apart)
        rows.append((name, f"{costs[name]:+.2f}", span(min(apart), max(apart), 2), f"{statistics.median(user):+.2f}"))
        data[name] = {"us": costs[name], "differences": apart}
    result = Result("P6 each policy alone, 64 connections", ("µs/request", "spread", "user"), rows, data)
    for name, cost in costs.items():
        if name not in STATE_THEIR_OWN:
            result.want(f"{name}, µs", cost, LIMIT_US)
    unmeasured = [t for t in built() if t not in CONFIGS]
    if unmeasured:
        result.note(f"built, without a line in suites/p06_each_policy.py: {', '.join(unmeasured)}")
    yield result.note(*troubles)
