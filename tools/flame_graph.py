"""Draws a flame graph: which functions the processor was in, and who called them. SVG, without scripts.

usage: perf script -F comm,pid,tid,ip,sym,dso --no-inline | flame_graph.py [--title TEXT] [ROLE=PID ...] > picture.svg

A box is as wide as its share of the samples; callers stand below. The lowest row are the roles (other processes go by
their name), the one above it their threads. Boxes narrower than a pixel are left out.
"""
import argparse
import re
import sys
from xml.sax.saxutils import escape

WIDTH, ROW, FOOT, HEAD = 1200, 16, 30, 34
SAMPLE = re.compile(r"^(\S.*?)\s+(\d+)/\d+")
FRAME = re.compile(r"^\s+[0-9a-f]+ (.*) \((.*)\)$")
# The first that fits a library's path: what its boxes are called in the legend, and their colour.
LIBRARIES = [
    (r"/keel$", "keel", "#4c9f70"),
    (r"libgrpc|libgpr|libabsl|libaddress_sorting|libupb", "gRPC", "#5b8fd9"),
    (r"libcaf", "CAF", "#b38cd9"),
    (r"librdkafka", "librdkafka", "#d98cb3"),
    (r"libprotobuf", "protobuf", "#63b8c4"),
    (r"/postgres$|plpgsql|libpq", "PostgreSQL", "#e0a458"),
    (r"kernel|\.ko$|vdso", "kernel", "#c96f6f"),
    (r"", "other libraries", "#b5b5a8"),
]


class Box:
    def __init__(self, name, library=""):
        self.name, self.library, self.samples, self.callees = name, library, 0, {}

    def callee(self, name, library=""):
        return self.callees.setdefault((name, library), Box(name, library))


def library_of(path):
    return next(name for pattern, name, _ in LIBRARIES if re.search(pattern, path))


def short(symbol, path):
    """The function's name without template arguments and parameters."""
    if symbol == "[unknown]":
        return "[" + re.sub(r"\.so.*|.*/|[\[\]]", "", path.split("/")[-1]) + "]"
    symbol = symbol.replace("(anonymous namespace)::", "").replace("operator()", "operator\0")
    while (shorter := re.sub(r"<[^<>]*>", "", symbol)) != symbol:
        symbol = shorter
    return symbol.split("(")[0].replace("\0", "()") or path


def read(lines, roles):
    """The boxes of all samples, under one root."""
    root, stack, begin = Box("all"), [], None

    def add():
        if begin is None:
            return
        process, thread = begin
        path = [(process, ""), (thread, "")] + stack[::-1]
        box = root
        box.samples += 1
        for step in path:
            box = box.callee(*step)
            box.samples += 1

    for line in lines:
        if sample := SAMPLE.match(line):
            add()
            comm, pid = sample.groups()
            stack, begin = [], (roles.get(pid, comm), comm)
        elif frame := FRAME.match(line):
            step = (short(*frame.groups()), library_of(frame[2]))
            if not stack or stack[-1] != step or not step[0].startswith("["):
                stack.append(step)
    add()
    return root


def depth(box, narrowest):
    return 1 + max((depth(one, narrowest) for one in box.callees.values() if one.samples >= narrowest), default=0)


def drawn(box, x, level, scale, base):
    """The box and what it called, as SVG elements."""
    wide = box.samples * scale
    if wide < 1:
        return
    colour = next((colour for _, name, colour in LIBRARIES if name == box.library), "#d8d4c8")
    y = base - level * ROW
    share = f"{box.name}: {100 * wide / WIDTH:.1f} %"
    yield (f'<g><title>{escape(share)}</title><rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{ROW - 1}" rx="2" '
           f'fill="{colour}"/>')
    if (room := int(wide / 6.2) - 1) > 2:
        text = box.name if len(box.name) <= room else box.name[:room - 1] + "…"
        yield f'<text x="{x + 3:.1f}" y="{y + 11}">{escape(text)}</text>'
    yield "</g>"
    for one in sorted(box.callees.values(), key=lambda one: (one.library, one.name)):
        yield from drawn(one, x, level + 1, scale, base)
        x += one.samples * scale


def picture(root, title):
    scale = WIDTH / root.samples
    base = HEAD + (depth(root, 1 / scale) - 1) * ROW
    height = base + ROW + FOOT
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
           'font-size="10.5">')
    yield f'<rect width="{WIDTH}" height="{height}" fill="#fbfaf6"/>'
    yield f'<text x="8" y="20" font-size="14">{escape(title)}</text>'
    yield from drawn(root, 0, 0, scale, base)
    x = 8
    for _, name, colour in LIBRARIES:
        yield f'<rect x="{x}" y="{height - 18}" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 14}" y="{height - 9}">{name}</text>'
        x += 30 + 6.5 * len(name)
    yield "</svg>"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--title", default="Flame graph")
    arguments.add_argument("roles", nargs="*", metavar="ROLE=PID")
    asked = arguments.parse_args()
    root = read(sys.stdin, {pid: role for role, pid in (one.split("=") for one in asked.roles)})
    if root.samples == 0:
        sys.exit("flame_graph: no samples on standard input")
    print("\n".join(picture(root, f"{asked.title} ({root.samples} samples)")))


if __name__ == "__main__":
    main()
