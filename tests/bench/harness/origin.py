"""The origin behind a proxy: nginx, answering from memory, and counting. Each contestant has one of its own, so that
the idle connections of one are no load to another, and its count is a contestant's own."""
import re
import urllib.request

from harness.machine import LOAD
from harness.stage import free_port

SIZES = {"body": 1024, "body-64k": 64 * 1024, "body-10m": 10 * 1024 * 1024}


class Origin:
    def __init__(self, stage):
        self.stage = stage
        folder = stage.folder("origin")
        www = folder / "www"
        www.mkdir()
        for name, size in SIZES.items():
            (www / name).write_bytes(b'{"balance":"' + b"1" * (size - 14) + b'"}')
        self.port = free_port()
        config = stage.fill("origin.conf", folder, ORIGIN=self.port)
        self.process = stage.start(LOAD, ["nginx", "-c", config], folder, "origin")
        stage.wait_port(self.port, self.process)
        self.asked = 0

    def requests(self):
        """How many there were so far, without those of this function."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/count").read().decode()
        self.asked += 1
        return int(re.search(r"\n\s*\d+\s+\d+\s+(\d+)", text).group(1)) - self.asked

    def stop(self):
        self.stage.stop(self.process)
