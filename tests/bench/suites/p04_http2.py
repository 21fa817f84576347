"""P4: HTTP/2 in, HTTP/1.1 out, ten connections of a hundred streams; over TLS, as clients speak it, and in clear, which
leaves HTTP/2 alone."""
from harness.bench import or_not_built
from harness.contestants import HAProxy, Nginx, Postern
from harness.loads import H2load


def run(bench):
    for variant, scheme, text in (("h2", "https", "over TLS"), ("h2c", "http", "in clear")):
        title = f"P4 HTTP/2 {text}, 10 × 100 streams, 1 KiB"
        yield or_not_built(title, lambda: bench.compare(title, [
            Postern(bench.stage, variant), Nginx(bench.stage, variant), HAProxy(bench.stage, variant),
        ], H2load(10, 100, scheme), {"nginx": 0.70}))
