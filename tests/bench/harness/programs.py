"""What has to be there before anything is measured: packages of Debian, programs of ours."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "build/release"
BIN = BUILD / "bin"
PEERS = ROOT / "tests/bench/peers"

# program → the package that has it. None of them is needed by ./test.
PACKAGES = {"nginx": "nginx-light", "haproxy": "haproxy", "wrk": "wrk", "h2load": "nghttp2-client",
            "taskset": "util-linux", "unshare": "util-linux", "ip": "iproute2", "openssl": "openssl", "perf": "linux-perf", "valgrind": "valgrind", "strace": "strace"}


def need(*programs):
    missing = sorted(PACKAGES[program] for program in programs if not shutil.which(program))
    if missing:
        sys.exit(f"{', '.join(missing)}: not installed. The benchmarks need more than ./test does:\n"
                 f"  apt-get install {' '.join(sorted(set(PACKAGES.values())))}")


def build(jobs=None):
    """The release build, without the console, of what the benchmarks run."""
    quiet = {"check": True, "cwd": ROOT, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "--preset", "release", "-DPOSTERN_BENCH=ON", "-DPOSTERN_DESKTOP=OFF"], **quiet)
    command = ["cmake", "--build", "--preset", "release", "--target", "bench_programs"]
    subprocess.run(command + (["-j", str(jobs)] if jobs else []), **quiet)
