"""P2: large bodies, both directions. HAProxy twice: as for small bodies, and with large buffers and splicing, which
its experts would choose for large ones; the better of all peers counts."""
from harness.contestants import HAProxy, Nginx, Postern
from harness.loads import Wrk

FLAT_MIB = 2  # of growth between the first and the last round: an allocator's breath, not a body


def run(bench):
    for text, path, size, connections in (("64 KiB", "/body-64k", 65536, 64), ("10 MiB", "/body-10m", 10 << 20, 8)):
        # The origin answers an upload through itself, so that it reads the whole body first: it counts two.
        upload = Wrk(connections, "/upload", ("upload.lua", str(size)), visits=2)
        for direction, load in (("download", Wrk(connections, path)), ("upload", upload)):
            result = bench.compare(f"P2 {text} {direction}, {connections} connections", [
                Postern(bench.stage), Nginx(bench.stage), HAProxy(bench.stage),
                HAProxy(bench.stage, name="haproxy-large", bufsize=65536, splice="option splice-auto"),
            ], load, {"better": 0.80})
            ours = result.data["postern"]
            grown = (ours["rss_kib_after"] - ours["rss_kib_before"]) / 1024
            yield result.want("growth of Postern's memory, MiB", grown, FLAT_MIB)
