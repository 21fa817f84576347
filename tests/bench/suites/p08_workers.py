"""P8: two workers against one. With four processors the load has two of its own; with fewer it shares the workers', so
that only the processor time a request is told, of both on the same processors."""
from harness import machine
from harness.contestants import Postern
from harness.loads import Wrk
from harness.report import cpu_table


def run(bench):
    roomy = machine.PROCESSORS >= 4
    contestants = [Postern(bench.stage, name="one-worker", cpu="0" if roomy else "0,1"),
                   Postern(bench.stage, name="two-workers", workers=2, cpu="0,1")]
    figures, troubles = bench.measure(contestants, Wrk(256))
    one, two = figures["one-worker"], figures["two-workers"]
    result = cpu_table("P8 two workers against one, plain, 256 connections", figures).note(*troubles)
    result.want("processor time of two workers, ratio to one", two.median() / one.median(), 1.05)
    if roomy:
        result.want("requests/s of two workers, ratio to one", two.median("rate") / one.median("rate"), 1.9,
                    at_least=True)
    else:
        result.note(f"throughput says nothing here: with {machine.PROCESSORS} processors, load and origin share the "
                    "workers'")
    yield result
