"""Interleaved rounds: each contestant in turn, again and again, so that a drifting machine meets them all."""
import dataclasses
import statistics
import time


@dataclasses.dataclass
class Round:
    """One contestant's share of one round. Microseconds of processor time a unit of the load."""
    us: float
    user: float
    system: float
    rate: float
    told: dict


@dataclasses.dataclass
class Figures:
    """One contestant's rounds."""
    rounds: list = dataclasses.field(default_factory=list)
    rss_before: int = 0
    rss_after: int = 0

    def median(self, what="us"):
        return statistics.median(getattr(r, what) for r in self.rounds)

    def spread(self, what="us"):
        values = [getattr(r, what) for r in self.rounds]
        return min(values), max(values)

    def told(self, *path):
        """The median of something that the load itself measured."""
        values = []
        for r in self.rounds:
            value = r.told
            for key in path:
                value = value[key]
            values.append(value)
        return statistics.median(values)

    def data(self):
        return {"us": self.median(), "spread": self.spread(), "user": self.median("user"),
                "system": self.median("system"), "rate": self.median("rate"), "rss_kib_before": self.rss_before,
                "rss_kib_after": self.rss_after, "rounds": [dataclasses.asdict(r) for r in self.rounds]}


def sample(contestant):
    return contestant.origin.requests(), contestant.time(), time.monotonic()


def one_round(contestant, load, seconds, troubles):
    """The load runs longer than is measured: neither its start nor its end is in the figures."""
    process = load.start(contestant, load.ramp + seconds + 1)
    time.sleep(load.ramp)
    requests, used, at = sample(contestant)
    time.sleep(seconds)
    requests_after, used_after, at_after = sample(contestant)
    told, bad = load.finish(process)
    troubles.update(f"{contestant.name}: {trouble}" for trouble in bad)
    count = (requests_after - requests) / load.visits
    if count <= 0:
        troubles.add(f"{contestant.name}: the origin counted nothing")
        count = 1
    total, user, system = used_after.since(used)
    return Round(total / count, user / count, system / count, count / (at_after - at), told)


def measure(stage, contestants, load, seconds, rounds):
    """{contestant's name: Figures}, troubles. `load`: one for all, or {name: load}. Starts and stops the contestants."""
    def load_of(contestant):
        return load[contestant.name] if isinstance(load, dict) else load

    troubles = set()
    figures = {c.name: Figures() for c in contestants}
    for c in contestants:
        c.start()
        one_round(c, load_of(c), 1, set())  # pools fill, caches warm
        figures[c.name].rss_before = c.memory()
    for _ in range(rounds):
        for c in contestants:
            figures[c.name].rounds.append(one_round(c, load_of(c), seconds, troubles))
        stage.cut_logs()
    for c in contestants:
        figures[c.name].rss_after = c.memory()
        c.stop()
    return figures, sorted(troubles)
