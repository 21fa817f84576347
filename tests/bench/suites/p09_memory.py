"""P9: resident memory: idle, and for each idle connection, plain and TLS 1.3, after one request on it."""
import socket
import ssl

from harness.bench import or_not_built
from harness.contestants import HAProxy, Nginx, Postern
from harness.report import Result

ASK = b"GET /body HTTP/1.1\r\nHost: accounts.bank.example\r\n\r\n"
ANSWER = 1024  # bytes of body
WARM = 100  # connections
# So many requests fill what is filled once, whatever the number of connections: pools, the allocator, and the 512 KiB
# in which lines of the access log wait, which alone would count as 0.1 KiB for each of 5,000 connections.
WARM_ASKS = 50


def ask(connection):
    connection.sendall(ASK)
    got = b""
    while len(got.partition(b"\r\n\r\n")[2]) < ANSWER:
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionError("closed by the proxy")
        got += piece


def connect(port, context):
    connection = socket.create_connection(("127.0.0.1", port))
    if context:
        connection = context.wrap_socket(connection, server_hostname="accounts.bank.example")
    ask(connection)
    return connection


def client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def per_connection(contestant, count, context):
    """(idle RSS, KiB a connection). The first hundred are let go before."""
    contestant.start()
    idle = contestant.memory()
    for connection in [connect(contestant.port, context) for _ in range(WARM)]:
        for _ in range(WARM_ASKS):
            ask(connection)
        connection.close()
    before = contestant.memory(what="RssAnon", how=sum)
    connections = [connect(contestant.port, context) for _ in range(count)]
    after = contestant.memory(what="RssAnon", how=sum)
    for connection in connections:
        connection.close()
    contestant.stop()
    return idle, (after - before) / count


def table(bench, variant, title):
    count = 500 if bench.quick else 5000
    context = client_context() if variant == "tls" else None
    figures = {}
    for contestant in (Postern(bench.stage, variant), Nginx(bench.stage, variant), HAProxy(bench.stage, variant)):
        figures[contestant.name] = per_connection(contestant, count, context)
    rows = [(name, f"{idle / 1024:.1f}", f"{each:.2f}") for name, (idle, each) in figures.items()]
    data = {name: {"idle_kib": idle, "kib_per_connection": each} for name, (idle, each) in figures.items()}
    return figures, Result(title.format(count), ("idle, MiB", "KiB/connection"), rows, data)


def run(bench):
    figures, result = table(bench, "plain", "P9 memory, {:,} idle connections, plain")
    result.want("idle process, MiB", figures["postern"][0] / 1024, 24, digits=1)
    yield result.want("KiB an idle connection", figures["postern"][1], 0.5)

    def with_tls():
        ours, made = table(bench, "tls", "P9 memory, {:,} idle connections, TLS 1.3")
        made.want("KiB an idle connection", ours["postern"][1], 14, digits=1)
        return made.want("ratio to nginx", ours["postern"][1] / ours["nginx"][1], 0.7)

    yield or_not_built("P9 memory, idle connections, TLS 1.3", with_tls)
