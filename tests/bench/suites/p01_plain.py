"""P1: the plain HTTP/1.1 proxy path, 1 KiB, kept alive, by number of connections."""
from harness.contestants import Floor, HAProxy, Nginx, Postern
from harness.loads import Wrk
from harness.report import Result


def run(bench):
    for connections in (16, 256, 2000, 8000):
        title = f"P1 plain, 1 KiB, {connections:,} connections"
        if not bench.room_for(connections):
            yield Result(title, (), [], {}).note(f"not measured: only {bench.files} descriptors a process (ulimit -n)")
            continue
        contestants = [Postern(bench.stage), Nginx(bench.stage), HAProxy(bench.stage), Floor(bench.stage)]
        result = bench.compare(title, contestants, Wrk(connections), {"nginx": 0.70, "haproxy": 0.65})
        floor, ours, nginx = (result.data[name]["us"] for name in ("floor", "postern", "nginx"))
        yield result.note(f"the floor, which only moves bytes, is {floor / nginx:.2f} of nginx; Postern adds "
                          f"{ours - floor:.1f} µs to it, nginx {nginx - floor:.1f}")
