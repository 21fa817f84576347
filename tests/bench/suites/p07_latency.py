"""P7: latency added over the direct path, at the platform's mean rate through one gateway, open loop, counted from the
moment each request was meant to be sent. What is added is the difference to the direct path of the same round."""
import statistics

from harness.contestants import Direct, HAProxy, Nginx, Postern, public_key, tokens
from harness.loads import Pacer
from harness.report import Result, span

RATE = 1333
RANKS = ("p50", "p90", "p99", "p99.9", "max")


def added(figures, rank):
    """{proxy: its added microseconds, by round}"""
    direct = [r.told["latency_us"][rank] for r in figures["direct"].rounds]
    return {name: [r.told["latency_us"][rank] - d for r, d in zip(f.rounds, direct)]
            for name, f in figures.items() if name != "direct"}


def latency_table(title, bench, contestants, load):
    figures, troubles = bench.measure(contestants, load)
    by_rank = {rank: added(figures, rank) for rank in RANKS}
    rows = [("direct path", *(f"{figures['direct'].told('latency_us', rank):.0f}" for rank in RANKS), "", "")]
    for name in by_rank["p50"]:
        cells = [f"{statistics.median(by_rank[rank][name]):+.0f}" for rank in RANKS]
        spread = by_rank["p99"][name]
        rows.append((name, *cells, span(min(spread), max(spread), 0), f"{figures[name].median():.1f}"))
    columns = (*(f"{rank}, µs" for rank in RANKS), "p99's spread", "CPU µs/request")
    result = Result(title, columns, rows, {name: f.data() for name, f in figures.items()})
    late = figures["direct"]
    low, high = min(r.told["latency_us"]["p50"] for r in late.rounds), max(
        r.told["latency_us"]["p50"] for r in late.rounds)
    result.note(f"resolution: the pacer itself was late by {late.told('late_us', 'p50'):.0f} µs at p50, "
                f"{late.told('late_us', 'p99'):.0f} at p99 (both paths alike); the direct path's p50 lay within "
                f"{low:.0f}–{high:.0f} µs over the rounds", *troubles)
    medians = {rank: {name: statistics.median(values) for name, values in by_rank[rank].items()} for rank in RANKS}
    return result, figures, medians


def run(bench):
    result, figures, medians = latency_table(
        f"P7 latency added at {RATE:,} requests/s, plain", bench,
        [Direct(bench.stage), Postern(bench.stage), Nginx(bench.stage), HAProxy(bench.stage)], Pacer(RATE))
    for rank in ("p50", "p99"):
        result.want(f"added at {rank}, ratio to nginx", medians[rank]["postern"] / medians[rank]["nginx"], 0.75)
    yield result.want("processor time at that load, ratio to nginx",
                      figures["postern"].median() / figures["nginx"].median(), 0.75)

    bearer = tokens(bench.stage, "rs256", 100)
    result, figures, medians = latency_table(
        f"P7 latency added at {RATE:,} requests/s, with P5's policies (RS256, seen before)", bench,
        [Direct(bench.stage), Postern(bench.stage, template="postern-jwt.yaml"),
         HAProxy(bench.stage, "jwt", ALG="RS256", PUBLICKEY=public_key(bench.stage, "rs256"))],
        Pacer(RATE, tokens=bearer))
    yield result.want("added at p99, ratio to haproxy", medians["p99"]["postern"] / medians["p99"]["haproxy"], 0.5)
