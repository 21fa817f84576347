"""System calls a request: two runs of different length under strace, and their difference."""
import collections
import pathlib


def counts(path):
    """{system call: how often}, of a file of `strace -c`."""
    found = collections.Counter()
    for line in pathlib.Path(path).read_text().splitlines():
        words = line.split()
        # % time, seconds, usecs/call, calls, [errors], syscall
        if len(words) in (5, 6) and words[3].isdigit() and words[-1] != "total":
            found[words[-1]] = int(words[3])
    return found


def difference(shorter, longer, requests):
    few, many = counts(shorter), counts(longer)
    each = {name: (count - few.get(name, 0)) / requests for name, count in many.items()}
    return sorted(((name, value) for name, value in each.items() if abs(value) >= 0.001), key=lambda item: -item[1])
