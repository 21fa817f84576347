"""Instructions a request, by function: two runs of different length under callgrind, and their difference, so that start
and end of the process, and whatever is done once, fall out."""
import collections
import pathlib
import re
import socket


def self_costs(path):
    """{function: instructions spent in it, not in what it calls}, of a callgrind.out file. Its format: a line `fn=`
    names the function for the cost lines after it; the cost line after `calls=` belongs to the callee."""
    names, costs = {}, collections.Counter()
    function, skip = None, False
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith("fn="):
            number, name = re.match(r"fn=\((\d+)\)(?: (.*))?", line).groups()
            if name:
                names[number] = name
            function = names[number]
        elif line.startswith(("cfn=", "cfni=")):
            number, name = re.match(r"cfni?=\((\d+)\)(?: (.*))?", line).groups()
            if name:
                names[number] = name
        elif line.startswith("calls="):
            skip = True
        elif line and line[0] in "0123456789+-*":
            if not skip and function:
                costs[function] += int(line.split()[1])
            skip = False
    return costs


def difference(shorter, longer, requests):
    """[(function, instructions a request)], most first."""
    few, many = self_costs(shorter), self_costs(longer)
    each = {name: (cost - few.get(name, 0)) / requests for name, cost in many.items()}
    return sorted(each.items(), key=lambda item: -item[1])


def plainly(name):
    """A function's name as its source has it: without the library's templates, without parameters."""
    for long, short in (("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string"),
                        ("std::basic_string_view<char, std::char_traits<char> >", "std::string_view"),
                        ("(anonymous namespace)::", ""), ("postern::", "")):
        name = name.replace(long, short)
    depth, kept = 0, ""
    for c in name:
        depth += (c == "(") - (c == ")" and depth > 0)
        kept += c if depth == 0 and c != ")" else ""
    return kept.replace(" const", "")


def ask(port, texts, count, context=None, connections=16):
    """That many requests, over a few connections at once; each turn waits for all answers. context: of TLS."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    if context:
        sockets = [context.wrap_socket(s, server_hostname="accounts.bank.example") for s in sockets]
    asked = 0
    while asked < count:
        for s in sockets:
            s.sendall(texts[asked % len(texts)])
            asked += 1
        for s in sockets:
            read_answer(s)
    for s in sockets:
        s.close()


def read_answer(s):
    got = b""
    while b"\r\n\r\n" not in got:
        got += receive(s)
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(head.decode("latin-1"))
    left = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head).group(1)) - len(body)
    while left > 0:
        left -= len(receive(s))


def receive(s):
    piece = s.recv(65536)
    if not piece:
        raise ConnectionError("closed")
    return piece
