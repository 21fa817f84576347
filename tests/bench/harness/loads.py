"""What asks the proxies. Each load starts for a number of seconds and tells, when it has ended, what went wrong."""
import json
import re
import subprocess

from harness.machine import LOAD
from harness.programs import BIN, PEERS


class Load:
    """`per` names what one unit of it is; `visits` is how often the origin counts one."""
    per, visits = "request", 1
    ramp = 1  # seconds until it is steady

    def start(self, contestant, seconds):
        command = ["taskset", "-c", LOAD, *map(str, self.command(contestant.port, seconds))]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process):
        """(what it measured itself, troubles)"""
        out, err = process.communicate()
        if process.returncode != 0:
            return {}, [f"the load ended with {process.returncode}: {err.strip()[-200:]}"]
        return self.read(out)


class Wrk(Load):
    """Closed loop over kept-alive connections. script: a file of peers/ and its arguments."""

    def __init__(self, connections, path="/body", script=(), scheme="http", visits=1):
        self.connections, self.path, self.script, self.scheme, self.visits = connections, path, script, scheme, visits
        self.ramp = 1 if connections <= 512 else 2 if connections <= 2000 else 5

    def command(self, port, seconds):
        # One thread: it has one processor, and its loop holds 8,000 connections as well as one.
        words = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s"]
        if self.script:
            words += ["-s", PEERS / self.script[0]]
        words.append(f"{self.scheme}://127.0.0.1:{port}{self.path}")
        return words + (["--", *self.script[1:]] if self.script else [])

    def read(self, out):
        troubles = re.findall(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", out)
        return {}, [t for t in troubles if t != "Socket errors: connect 0, read 0, write 0, timeout 0"]


class H2load(Load):
    """HTTP/2: connections × streams at once."""

    def __init__(self, connections, streams, scheme, path="/body"):
        self.connections, self.streams, self.scheme, self.path = connections, streams, scheme, path

    def command(self, port, seconds):
        return ["h2load", "-t1", f"-c{self.connections}", f"-m{self.streams}", f"-D{seconds}",
                f"{self.scheme}://127.0.0.1:{port}{self.path}"]

    def read(self, out):
        found = re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", out)
        codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", out)
        if not found or not codes:
            return {}, ["h2load said nothing that is understood"]
        bad = sum(map(int, found.groups()[:2])) + sum(map(int, codes.groups()[1:]))
        return {}, [f"{found.group(0)}; {codes.group(0)}"] if bad else []


class Handshakes(Load):
    """A TLS 1.3 connection a request. kind: full, resumed."""
    per = "connection"

    def __init__(self, kind, connections=16):
        self.kind, self.connections = kind, connections

    def command(self, port, seconds):
        return [BIN / "bench_handshakes", "--port", port, "--kind", self.kind, "--seconds", seconds, "--connections",
                self.connections]

    def read(self, out):
        told = json.loads(out)
        troubles = [f"{told['failed']} connections failed"] if told["failed"] else []
        resumed = told["resumed"] / max(told["connections"], 1)
        if (resumed < 0.9) == (self.kind == "resumed"):
            troubles.append(f"{resumed:.0%} of the connections were resumed")
        return told, troubles


class Pacer(Load):
    """Open loop at a fixed rate."""

    def __init__(self, rate=1333, connections=64, tokens=None, path="/body"):
        self.rate, self.connections, self.tokens, self.path = rate, connections, tokens, path

    def command(self, port, seconds):
        words = [BIN / "bench_pacer", "--port", port, "--rate", self.rate, "--seconds", seconds - self.ramp, "--warm",
                 self.ramp, "--connections", self.connections, "--path", self.path]
        return words + (["--tokens", self.tokens] if self.tokens else [])

    def read(self, out):
        told = json.loads(out)
        return told, [f"{told['failed']} requests failed"] if told["failed"] else []
