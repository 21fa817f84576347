"""Where the processes of one run stand: a folder, and everything that was started in it."""
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from harness.programs import PEERS


held_ports = []


def free_port():
    """Stays bound, so that nobody else is given it; who listens on it sets SO_REUSEADDR, as all of ours do."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    held_ports.append(s)
    return s.getsockname()[1]


class Stage:
    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-bench-"))
        self.dir.chmod(0o755)  # nginx's workers read it as another user
        self.processes = []
        self.logs = []
        self.folders = 0

    def folder(self, name):
        """A new one: two of the same name do not meet."""
        self.folders += 1
        path = self.dir / f"{self.folders:03}-{name}"
        path.mkdir()
        return path

    def fill(self, template, folder, name=None, **values):
        """A file of peers/ with its @NAME@ filled in."""
        text = (PEERS / template).read_text()
        for key, value in {"DIR": folder, **values}.items():
            text = text.replace(f"@{key}@", str(value))
        path = folder / (name or template)
        path.write_text(text)
        return path

    def start(self, cpu, command, folder, name):
        # Append: the files are cut while the program writes, so that hours of access log do not fill the disk.
        out, err = folder / f"{name}.out", folder / f"{name}.err"
        self.logs.append(out)
        with open(out, "ab") as stdout, open(err, "ab") as stderr:
            process = subprocess.Popen(["taskset", "-c", cpu, *map(str, command)], stdin=subprocess.DEVNULL,
                                       stdout=stdout, stderr=stderr)
        self.processes.append(process)
        return process

    def wait_port(self, port, process, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.01)
        sys.exit(f"nothing listens on {port}: see {self.keep()}")

    def stop(self, process):
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.processes.remove(process)

    def cut_logs(self):
        for log in self.logs:
            if log.exists():
                log.open("r+b").truncate(0)

    def keep(self):
        """For a look at what went wrong."""
        kept = f"{self.dir}-kept"
        shutil.copytree(self.dir, kept, dirs_exist_ok=True)
        return kept

    def end(self):
        for process in list(self.processes):
            self.stop(process)
        shutil.rmtree(self.dir, ignore_errors=True)
