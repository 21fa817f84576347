"""What the kernel tells of processes: processor time, memory. And where they run."""
import dataclasses
import os
import pathlib
import re
import resource
import subprocess
import sys

TICK = os.sysconf("SC_CLK_TCK")
PROCESSORS = len(os.sched_getaffinity(0))
# The proxy alone on processor 0; load, origins and this program on another. With four, P8's workers have two.
PROXY = "0"
LOAD = "2,3" if PROCESSORS >= 4 else "1" if PROCESSORS > 1 else "0"


@dataclasses.dataclass(frozen=True)
class ProcessorTime:
    """Of all processes of a proxy, in microseconds. The total is exact (the scheduler's nanoseconds); how it is shared
    between user and system comes from clock ticks, so it is a good share over a second and a poor one below."""
    total: float
    user_ticks: int
    system_ticks: int

    def since(self, earlier):
        """(total, user, system) microseconds."""
        total = self.total - earlier.total
        user = self.user_ticks - earlier.user_ticks
        ticks = user + self.system_ticks - earlier.system_ticks
        share = user / ticks if ticks else 0
        return total, total * share, total * (1 - share)


def family(pid):
    """The process and all that it started."""
    pids = [pid]
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            pids += family(int(child))
    return pids


def processor_time(pid):
    total = user = system = 0
    for process in family(pid):
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        user += int(fields[11])
        system += int(fields[12])
        for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0]) / 1e3
    # A kernel without scheduler statistics tells zeros: then ticks are all there is.
    return ProcessorTime(total or (user + system) / TICK * 1e6, user, system)


def memory_kib(pid, what="VmRSS", how=max):
    """VmRSS of the largest process (they share most of it); RssAnon summed, where growth is asked for."""
    values = []
    for process in family(pid):
        text = pathlib.Path(f"/proc/{process}/status").read_text()
        values.append(int(re.search(what + r":\s+(\d+)", text).group(1)))
    return how(values)


CONGESTION = "cubic"  # Linux's default, and that of the nodes these programs run on
OWN_NETWORK = f"""ip link set lo up
for net in 127.0.0.0/8 127.0.0.1; do
    ip route replace local $net dev lo table local src 127.0.0.1 congctl {CONGESTION} || exit 1
done
exec "$@"
"""


def enter_own_network():
    """Runs this program anew in a network of its own, whose loopback has a congestion control that is known: where a
    machine has BBR, which paces, its timers are most of what a large body costs, and how much is luck (10 MiB: 3 to 7
    ms). Needs root; without it the machine's network is used, and congestion_control() tells what that has."""
    if "POSTERN_BENCH_NETWORK" in os.environ:
        return
    enter = ["unshare", "--net", "sh", "-c", OWN_NETWORK, "sh"]
    if subprocess.run([*enter, "true"], capture_output=True).returncode == 0:
        os.environ["POSTERN_BENCH_NETWORK"] = "own"
        os.execvp(enter[0], [*enter, sys.executable, *sys.argv])


def congestion_control():
    if os.environ.get("POSTERN_BENCH_NETWORK") == "own":
        return CONGESTION
    return pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()


def settle():
    """This program keeps off the proxy's processor, and all programs may hold as many connections as the system lets."""
    os.sched_setaffinity(0, {int(cpu) for cpu in LOAD.split(",")})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
