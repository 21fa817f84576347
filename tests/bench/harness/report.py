"""Results as people read them, and as programs do."""
import json
import pathlib


class Result:
    """A table, what is wanted of it and whether it was met, and remarks."""

    def __init__(self, title, columns, rows, data):
        self.title, self.columns, self.rows, self.data = title, columns, rows, data
        self.wants, self.notes = [], []

    def want(self, what, value, limit, at_least=False, digits=2):
        self.wants.append({"what": what, "value": round(value, 4), "wanted": limit, "at_least": at_least,
                           "met": bool(value >= limit if at_least else value <= limit), "digits": digits})
        return self

    def note(self, *texts):
        self.notes += texts
        return self

    def json(self):
        return {"title": self.title, "wants": self.wants, "notes": self.notes, "figures": self.data}


def want_line(want):
    digits = want["digits"]
    line = (f"{want['what']}: {want['value']:.{digits}f}, wanted {'≥' if want['at_least'] else '≤'} "
            f"{want['wanted']:.{digits}f}")
    return line if want["met"] else f"{line}  MISSED"


def show(result):
    print(f"\n{result.title}")
    width = max((len(row[0]) for row in result.rows), default=0) + 2
    if result.columns:
        print("  " + " " * width + "".join(f"{column:>15}" for column in result.columns))
    for name, *cells in result.rows:
        print(f"  {name:{width}}" + "".join(f"{cell:>15}" for cell in cells))
    for want in result.wants:
        print(f"  → {want_line(want)}")
    for note in result.notes:
        print(f"  ! {note}")


def summary(results):
    wants = [(result.title, want) for result in results for want in result.wants]
    missed = [(title, want) for title, want in wants if not want["met"]]
    print(f"\n{len(wants) - len(missed)} of {len(wants)} wants met")
    for title, want in missed:
        print(f"  {title} → {want_line(want)}")


def write_json(path, machine, results):
    pathlib.Path(path).write_text(json.dumps({"machine": machine, "results": [r.json() for r in results]}, indent=1))


def span(low, high, digits=1):
    return f"{low:.{digits}f}–{high:.{digits}f}"


def cpu_table(title, figures, per="request"):
    """The table that most suites print: processor time a request and what belongs to it."""
    rows = []
    for name, f in figures.items():
        rows.append((name, f"{f.median():.1f}", span(*f.spread()), f"{f.median('user'):.1f}",
                     f"{f.median('system'):.1f}", f"{f.median('rate'):,.0f}",
                     f"{f.rss_before / 1024:.1f}→{f.rss_after / 1024:.1f}"))
    columns = (f"µs/{per}", "spread", "user", "system", f"{per}s/s", "RSS, MiB")
    return Result(title, columns, rows, {name: f.data() for name, f in figures.items()})
