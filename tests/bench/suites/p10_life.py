"""P10: from the start of the process to the first answer through it; and a reload of 1,000 routes under load."""
import socket
import statistics
import time

from harness.contestants import HAProxy, Nginx, Postern
from harness.loads import Pacer
from harness.report import Result, span
from suites.p09_memory import ASK
from suites.p11_routes import path_of, routes_of_document

RATE = 1333
SLACK_US = 1000


def first_answer(contestant):
    """Milliseconds from the fork to the status line 200."""
    begun = time.monotonic()
    contestant.process = contestant.stage.start(contestant.cpu, contestant.command(), contestant.folder,
                                                contestant.name)
    while time.monotonic() - begun < 10:
        try:
            with socket.create_connection(("127.0.0.1", contestant.port), timeout=5) as connection:
                connection.sendall(ASK)
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    return (time.monotonic() - begun) * 1000
        except OSError:
            pass
        time.sleep(0.0002)
    raise TimeoutError(f"{contestant.name} does not answer")


def starts(bench):
    times = 5 if bench.quick else 20
    contestants = [Postern(bench.stage), Nginx(bench.stage), HAProxy(bench.stage)]
    taken = {c.name: [] for c in contestants}
    for turn in range(times + 1):
        for c in contestants:
            took = first_answer(c)
            bench.stage.stop(c.process)
            if turn:  # the first reads the program from disk
                taken[c.name].append(took)
    for c in contestants:
        c.origin.stop()
    rows = [(name, f"{statistics.median(values):.1f}", span(min(values), max(values))) for name, values in taken.items()]
    result = Result(f"P10 start to first answer, {times} starts", ("ms", "spread"), rows, taken)
    return result.want("milliseconds", statistics.median(taken["postern"]), 40, digits=1)


def applied(gateway):
    return sum(e["event"] == "configuration" and e.get("result") == "applied" for e in gateway.events())


def reload_under_load(bench):
    """(p99, slowest outside the reload, slowest during it, seconds it took), microseconds."""
    gateway = Postern(bench.stage, routes=routes_of_document(1000)).start()
    load = Pacer(RATE, path=f"{path_of(1)}/7")
    process = load.start(gateway, 8)
    time.sleep(4)
    before = applied(gateway)
    changed = time.monotonic()
    gateway.write(ROUTES=routes_of_document(1000, ", timeout: 29s"))
    while applied(gateway) == before and time.monotonic() < changed + 3:
        time.sleep(0.005)
    done = time.monotonic()
    told, troubles = load.finish(process)
    gateway.stop()
    if done - changed >= 3:
        troubles.append("the reload was not seen")
    # Before it is applied the files are read and compiled; after it, old and new live side by side for a moment.
    within = [s["us"] for s in told["slowest"] if changed <= told["started"] + s["at"] <= done + 0.2]
    outside = [s["us"] for s in told["slowest"] if not changed <= told["started"] + s["at"] <= done + 0.2]
    # What is not among the slowest is faster than each of them.
    floor = min(s["us"] for s in told["slowest"])
    return told["latency_us"]["p99"], max(outside, default=floor), max(within, default=floor), done - changed, troubles


def reloads(bench):
    rows, all_troubles, over = [], [], []
    for turn in range(bench.rounds):
        p99, outside, within, took, troubles = reload_under_load(bench)
        rows.append((f"reload {turn + 1}", f"{p99:.0f}", f"{outside:.0f}", f"{within:.0f}", f"{took * 1000:.0f}"))
        over.append(within - p99)
        all_troubles += troubles
    result = Result(f"P10 reload of 1,000 routes at {RATE:,} requests/s",
                    ("p99, µs", "slowest before", "slowest during", "ms to applied"), rows, {"over_p99_us": over})
    result.want("slowest request during a reload over p99, µs (median of the reloads)", statistics.median(over),
                SLACK_US, digits=0)
    return result.note("a machine's own hiccups show under `slowest before`; the document is read 100 ms after it "
                       "stands still", *all_troubles)


def run(bench):
    yield starts(bench)
    yield reloads(bench)
