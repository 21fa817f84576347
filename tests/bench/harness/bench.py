"""What a suite gets: the stage, how long to measure, and the comparison that most suites are."""
from harness.contestants import NotBuilt
from harness.report import Result, cpu_table
from harness.rounds import measure
from harness.stage import Stage


class Bench:
    def __init__(self, seconds, rounds, quick, files):
        self.stage = Stage()
        self.seconds, self.rounds, self.quick, self.files = seconds, rounds, quick, files

    def measure(self, contestants, load):
        return measure(self.stage, contestants, load, self.seconds, self.rounds)

    def compare(self, title, contestants, load, wants):
        """wants: {peer: the largest ratio of Postern's processor time to its}; the peer `better` is the cheapest."""
        figures, troubles = self.measure(contestants, load)
        result = cpu_table(title, figures, load.per).note(*troubles)
        ours = figures["postern"].median()
        for peer, limit in wants.items():
            theirs = min(f.median() for name, f in figures.items() if name != "postern") if peer == "better" \
                else figures[peer].median()
            result.want(f"processor time, ratio to {'the better peer' if peer == 'better' else peer}", ours / theirs,
                        limit)
        return result

    def room_for(self, connections):
        """Whether a proxy, which holds two descriptors a connection, may have that many."""
        return self.files >= 2 * connections + 500


def or_not_built(title, make):
    """A part that needs what the gateway does not have yet says so, and the others go on."""
    try:
        return make()
    except NotBuilt as missing:
        return Result(title, (), [], {}).note(f"not built yet: {missing}")
