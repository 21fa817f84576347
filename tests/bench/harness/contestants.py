"""The proxies that are compared: Postern, nginx, HAProxy; each with its origin, each in a variant that peers/ has."""
import json
import shutil
import subprocess
import sys

from harness.machine import LOAD, PROXY, memory_kib, processor_time
from harness.origin import Origin
from harness.programs import BIN, ROOT
from harness.stage import free_port


class NotBuilt(Exception):
    """The gateway refused the document, because a field of it is not built yet."""


class Contestant:
    """A proxy process in front of its origin. `port` is where it is asked, `process` what is measured."""
    cpu = PROXY

    def __init__(self, stage, name):
        self.stage, self.name = stage, name
        self.origin = Origin(stage)
        self.folder = stage.folder(name)

    def start(self):
        self.process = self.stage.start(self.cpu, self.command(), self.folder, self.name)
        self.stage.wait_port(self.port, self.process)
        return self

    def stop(self):
        self.stage.stop(self.process)
        self.origin.stop()

    def time(self):
        return processor_time(self.process.pid)

    def memory(self, **how):
        return memory_kib(self.process.pid, **how)


class Direct(Contestant):
    """No proxy at all: the origin, for what the path itself costs."""

    def __init__(self, stage):
        super().__init__(stage, "direct")
        self.port, self.process = self.origin.port, self.origin.process

    def start(self):
        return self

    def stop(self):
        self.origin.stop()


class Floor(Contestant):
    """No peer: the least that four calls a request cost on this machine (bench_floor.cpp). Plain HTTP/1.1 alone."""

    def __init__(self, stage):
        super().__init__(stage, "floor")
        self.port = free_port()

    def command(self):
        return [BIN / "bench_floor", "--port", self.port, "--origin", self.origin.port]


class Nginx(Contestant):
    """variant: plain, tls, h2, h2c (peers/nginx-listen-VARIANT.conf)."""

    def __init__(self, stage, variant="plain", name="nginx"):
        super().__init__(stage, name)
        self.port = free_port()
        values = {"PORT": self.port, "ORIGIN": self.origin.port, "TLS": certificate(stage)}
        stage.fill(f"nginx-listen-{variant}.conf", self.folder, "listen.conf", **values)
        self.config = stage.fill("nginx.conf", self.folder, **values)
        stage.logs.append(self.folder / "access.log")

    def command(self):
        return ["nginx", "-c", self.config]


class HAProxy(Contestant):
    """variant: plain, tls, h2, h2c, jwt (peers/haproxy-VARIANT.cfg, read after haproxy.cfg)."""

    def __init__(self, stage, variant="plain", name="haproxy", bufsize=16384, splice="", **more):
        super().__init__(stage, name)
        self.port = free_port()
        values = {"PORT": self.port, "ORIGIN": self.origin.port, "TLS": certificate(stage), "BUFSIZE": bufsize,
                  "SPLICE": splice, **more}
        self.configs = [stage.fill("haproxy.cfg", self.folder, **values),
                        stage.fill(f"haproxy-{variant}.cfg", self.folder, **values)]

    def command(self):
        return ["haproxy", "-db", *(word for config in self.configs for word in ("-f", config))]


class Postern(Contestant):
    """template: a document of peers/. The others are what its @NAME@ stand for: flow texts of YAML, as in
    peers/postern.yaml."""
    LISTENERS = {"plain": "protocols: [http1]", "h2c": "protocols: [h2c]",
                 "tls": 'protocols: [http1], tls: {certificate: {secretRef: {name: accounts-tls}}, minVersion: "1.3"}',
                 "h2": 'protocols: [h2], tls: {certificate: {secretRef: {name: accounts-tls}}, minVersion: "1.3"}'}
    ONE_ROUTE = "[{name: all, match: {path: /**}, upstream: app, timeout: 60s}]"

    def __init__(self, stage, variant="plain", name="postern", template="postern.yaml", routes=ONE_ROUTE,
                 policies="[]", workers=1, cpu=PROXY):
        super().__init__(stage, name)
        self.workers, self.cpu = workers, cpu
        self.port = free_port()
        self.config = self.folder / "config"
        self.config.mkdir()
        self.values = {"ORIGIN": self.origin.port, "LISTENER": self.LISTENERS[variant], "ROUTES": routes,
                       "POLICIES": policies}
        self.template = template
        self.write()
        for file in ("jwks.json", "accounts.openapi.json"):
            if (ROOT / "tests/data/samples" / file).exists():
                shutil.copy(ROOT / "tests/data/samples" / file, self.config)
        self.secrets = certificate(stage).parent
        self.refuse_unbuilt()

    def write(self, **values):
        """The document, whole at once: a reload never sees half of it."""
        self.values.update(values)
        path = self.stage.fill(self.template, self.folder, "next.yaml", **self.values)
        path.rename(self.config / "gateway.yaml")

    def refuse_unbuilt(self):
        out = subprocess.run([BIN / "postern-gateway", "check", self.config, "--format", "json"], capture_output=True,
                             text=True).stdout
        findings = [f for f in json.loads(out or "{}").get("findings", []) if f["severity"] == "error"]
        unbuilt = [f"{f['path']}: {f['found']}" for f in findings if f["rule"] == "not-yet-built"]
        if unbuilt:
            self.origin.stop()
            raise NotBuilt("; ".join(unbuilt))
        if findings:
            sys.exit(f"postern refuses {self.template}: {findings}")

    def command(self):
        return [BIN / "postern-gateway", "serve", "--config", self.config, "--secrets", self.secrets, "--workers",
                self.workers, "--admin", "127.0.0.1:0", "--listen", f"main=127.0.0.1:{self.port}"]

    def events(self):
        text = (self.folder / f"{self.name}.err").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def certificate(stage):
    """A self-signed one on P-256: DIR/secrets/accounts-tls/{tls.crt,tls.key}, and both in one file for HAProxy."""
    folder = stage.dir / "secrets/accounts-tls"
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=accounts.bank.example", "-addext",
                        "subjectAltName=DNS:accounts.bank.example,IP:127.0.0.1", "-keyout", folder / "tls.key", "-out",
                        folder / "tls.crt"], check=True, capture_output=True)
        (folder / "both.pem").write_text((folder / "tls.crt").read_text() + (folder / "tls.key").read_text())
    return folder


def tokens(stage, kind, count):
    """A file with that many signed tokens, one a line. kind: rs256 or es256."""
    path = stage.dir / f"tokens-{kind}-{count}"
    if not path.exists():
        with open(path, "wb") as out:
            subprocess.run(["taskset", "-c", LOAD, BIN / "bench_tokens", kind, str(count)], stdout=out, check=True)
    return path


def public_key(stage, kind):
    path = stage.dir / f"{kind}.pub"
    subprocess.run(["openssl", "pkey", "-in", ROOT / f"tests/data/samples/test-keys/{kind}.pem", "-pubout", "-out",
                    path], check=True)
    return path
