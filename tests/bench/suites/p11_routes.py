"""P11: what routing costs, from 1 to 10,000 routes: the router alone, and a whole gateway."""
import re
import subprocess

from harness.contestants import Postern
from harness.loads import Wrk
from harness.machine import PROXY
from harness.programs import BIN
from harness.report import Result, cpu_table

COUNTS = (1, 100, 1000, 10_000)
FLAT = 1.15


def path_of(i):
    return f"/v1/s{i % 50}/r{i}"


def routes_of_document(count, more=""):
    """A flow text for @ROUTES@: one route a resource, or the one that matches them all. Short, as a document may have
    1 MiB."""
    if count == 1:
        return Postern.ONE_ROUTE
    return "[" + ",\n    ".join(f'{{name: r{i}, match: {{path: "{path_of(i)}/{{id}}"}}, upstream: app{more}}}'
                                for i in range(count)) + "]"


def router_alone():
    """{routes: microseconds a look-up}: bench_http's figures, a thousand look-ups an iteration."""
    out = subprocess.run(["taskset", "-c", PROXY, BIN / "bench_http", "route", "-minimumvalue", "100", "-median", "5"],
                         capture_output=True, text=True, check=True).stdout
    found = re.findall(r'route\(\):"(\d+)":\s+([\d.,]+) msecs', out)
    return {int(routes): float(value.replace(",", "")) for routes, value in found}


def run(bench):
    alone = router_alone()
    rows = [(f"{routes:,} routes", f"{us * 1000:.0f}") for routes, us in alone.items()]
    yield Result("P11 the router alone", ("ns/look-up",), rows, alone).note(
        "the end-to-end ratio below is what is wanted; this tells where it would come from")

    # A hundred resources, evenly over the document.
    contestants = [Postern(bench.stage, name=f"{count:,}-routes", routes=routes_of_document(count)) for count in COUNTS]
    loads = {}
    for count, contestant in zip(COUNTS, contestants):
        step = max(1, count // 100)
        paths = bench.stage.dir / f"paths-{count}"
        paths.write_text("".join(f"{path_of(i * step)}/1234567\n" for i in range(100)))
        loads[contestant.name] = Wrk(64, script=("paths.lua", paths))
    figures, troubles = bench.measure(contestants, loads)
    result = cpu_table("P11 routes, end to end, 64 connections", figures).note(*troubles)
    least, most = figures[contestants[0].name], figures[contestants[-1].name]
    yield result.want("processor time with 10,000 routes, ratio to 1", most.median() / least.median(), FLAT)
