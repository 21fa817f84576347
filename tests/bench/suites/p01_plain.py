"""P1: the plain HTTP/1.1 proxy path, 1 KiB, kept alive, by number of connections."""
from harness.contestants import HAProxy, Nginx, Postern
from harness.loads import Wrk
from harness.report import Result


def run(bench):
    for connections in (16, 256, 2000, 8000):
        title = f"P1 plain, 1 KiB, {connections:,} connections"
        if not bench.room_for(connections):
            yield Result(title, (), [], {}).note(f"not measured: only {bench.files} descriptors a process (ulimit -n)")
            continue
        yield bench.compare(title, [Postern(bench.stage), Nginx(bench.stage), HAProxy(bench.stage)], Wrk(connections),
                            {"nginx": 0.70, "haproxy": 0.65})
