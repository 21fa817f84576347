"""P3: TLS 1.3 on a P-256 certificate, terminated: requests kept alive; connections with full handshakes; connections
that resume a session."""
import socket
import ssl

from harness.bench import or_not_built
from harness.contestants import HAProxy, Nginx, Postern
from harness.loads import Handshakes, Wrk

PARTS = (("kept alive, 1 KiB, 64 connections", Wrk(64, scheme="https"), 0.75),
         ("full handshakes, one request each", Handshakes("full"), 0.90),
         ("resumed, one request each", Handshakes("resumed"), 0.90))


def agreed(contestant):
    """What a client like wrk ends up with: all proxies must do the same work."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", contestant.port)) as plain, context.wrap_socket(plain) as tls:
        return f"{tls.version()} {tls.cipher()[0]}"


def same_work(bench):
    """{proxy: what it agrees on}"""
    told = {}
    for make in (Postern, Nginx, HAProxy):
        contestant = make(bench.stage, "tls").start()
        told[contestant.name] = agreed(contestant)
        contestant.stop()
    return told


def run(bench):
    ciphers = {}
    for text, load, limit in PARTS:
        title = f"P3 TLS 1.3, P-256, {text}"

        def measured():
            if not ciphers:
                ciphers.update(same_work(bench))
            result = bench.compare(title, [Postern(bench.stage, "tls"), Nginx(bench.stage, "tls"),
                                           HAProxy(bench.stage, "tls")], load, {"nginx": limit})
            # The load that handshakes also tells the group that keys were agreed on in.
            groups = {name: f["rounds"][0]["told"].get("agreed") for name, f in result.data.items()}
            for told in (ciphers, groups):
                if len(set(told.values())) > 1:
                    result.note(f"not the same work: {told}")
            return result

        yield or_not_built(title, measured)
