"""Draws a run: what happened to the targets, who answered meanwhile, and how long callers waited.

One SVG without scripts or fonts of its own. It brings its background, so that it reads on any page; which of the two is
the reader's `prefers-color-scheme`.
"""

from xml.sax.saxutils import escape

import faults

WIDTH, LEFT, RIGHT = 960, 78, 20
ROW, ANSWERS_HEIGHT, WAIT_HEIGHT, GAP = 18, 170, 96, 34
TARGET_COLOURS = ("#4a90d9", "#d9a436", "#3fa37a", "#a47bd1")
GROUP_COLOURS = dict(zip(faults.GROUPS, ("#c4453d", "#71809a", "#dd7f2f", "#c45c97", "#3b9fa8", "#94714c")))
FAILED_COLOUR = "#e5352b"
BROKEN_COLOUR = "#c45c97"

STYLE = """
  .paper { fill: #ffffff } .ink { fill: #24292f } .faint { fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 } .band { fill: #f3f5f7 }
  .p99 { fill: none; stroke: #24292f; stroke-width: 1.4 } .p90 { fill: none; stroke: #8c959f; stroke-width: 1.4 }
  text { font: 11px system-ui, sans-serif } .title { font-size: 14px; font-weight: 600 } .in-bar { font-size: 9px; fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9aa4af }
    .grid { stroke: #30363d } .band { fill: #161b22 } .p99 { stroke: #e6edf3 } .p90 { stroke: #6e7681 }
  }
"""


def bin_seconds(seconds):
    """So that a bin is some pixels wide."""
    return next((size for size in (1, 2, 5, 10) if seconds / size <= 300), 20)


def percentile(values, percent):
    values = sorted(values)
    return values[max(0, -(-len(values) * percent // 100) - 1)] if values else None


def bins(calls, seconds, names):
    """[{"served": {target: whole answers}, "broken": n, "failed": n, "ms": [latency, …]}, …] by when calls ended."""
    size = bin_seconds(seconds)
    found = [{"served": dict.fromkeys(names, 0), "broken": 0, "failed": 0, "ms": []} for _ in range(-(-int(seconds) // size))]
    for call in calls:
        # What ended behind the last second was begun in it.
        one = found[min(int((call["due_ms"] + call["ms"]) / 1000 / size), len(found) - 1)]
        one["ms"].append(call["ms"])
        if call["verdict"] == "whole":
            one["served"][call["served_by"]] += 1
        else:
            one["broken" if call["verdict"] == "broken" else "failed"] += 1
    return found


def ceiling(value):
    """A round number that is no less."""
    unit = 1
    while True:
        for step in (1, 2, 3, 4, 6, 8):
            if step * unit >= value:
                return step * unit
        unit *= 10


class Drawing:
    def __init__(self, seconds):
        self.parts, self._seconds = [], seconds

    def x(self, second):
        return LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, min(second, self._seconds)) / self._seconds

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, words, kind="ink", anchor="start"):
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>')

    def rect(self, x, y, width, height, colour=None, kind=None, title=None, more=""):
        look = f'fill="{colour}"' if colour else f'class="{kind}"'
        inside = f"<title>{escape(title)}</title></rect>" if title else ""
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {look}{more}' + (f">{inside}" if inside else "/>"))

    def line(self, x1, y1, x2, y2):
        self.add(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="grid"/>')

    def scale(self, top, height, most, unit):
        for part in (0, 0.5, 1):
            y = top + height * (1 - part)
            self.line(LEFT, y, WIDTH - RIGHT, y)
            self.text(LEFT - 6, y + 4, f"{most * part:g}{unit}", "faint", "end")

    def seconds(self, top, bottom):
        step = next(size for size in (5, 10, 30, 60, 300, 600) if self._seconds / size <= 15)
        for second in range(0, int(self._seconds) + 1, step):
            self.line(self.x(second), top, self.x(second), bottom)
            words = f"{second} s" if self._seconds < 300 else f"{second // 60}:{second % 60:02}"
            self.text(self.x(second), bottom + 14, words, "faint", "middle")

    def legend(self, y, entries, x=LEFT):
        for words, colour in entries:
            self.rect(x, y - 9, 10, 10, colour)
            self.text(x + 14, y, words)
            x += 24 + 6.4 * len(words)


def _draw_faults(drawing, top, made, names):
    for row, name in enumerate(names):
        y = top + row * ROW
        drawing.rect(LEFT, y, WIDTH - LEFT - RIGHT, ROW - 3, kind="band")
        drawing.rect(LEFT - 72, y + 2, 10, 10, TARGET_COLOURS[row % len(TARGET_COLOURS)])
        drawing.text(LEFT - 58, y + 12, name)
        for fault in made:
            if name not in fault.targets:
                continue
            x, width = drawing.x(fault.begin), drawing.x(fault.end) - drawing.x(fault.begin)
            title = f"{name}, {fault.begin:.1f} s to {fault.end:.1f} s: {fault.kind}"
            drawing.rect(x, y, width, ROW - 3, GROUP_COLOURS[faults.KINDS[fault.kind].group], title=title, more=' rx="2"')
            if width > 5.2 * len(fault.kind) + 4:
                drawing.text(x + width / 2, y + 11, fault.kind, "in-bar", "middle")


def _draw_answers(drawing, top, slots, names, size):
    def height_of(slot):
        return sum(slot["served"].values()) + slot["broken"] + slot["failed"]
    most = ceiling(max(1, max(height_of(slot) for slot in slots)) / size)
    drawing.scale(top, ANSWERS_HEIGHT, most, "")
    for index, slot in enumerate(slots):
        x, width = drawing.x(index * size), drawing.x((index + 1) * size) - drawing.x(index * size)
        y = top + ANSWERS_HEIGHT
        layers = [(slot["served"][name], TARGET_COLOURS[row % len(TARGET_COLOURS)]) for row, name in enumerate(names)]
        for count, colour in layers + [(slot["broken"], BROKEN_COLOUR), (slot["failed"], FAILED_COLOUR)]:
            height = ANSWERS_HEIGHT * count / size / most
            y -= height
            if count:
                drawing.rect(x, y, width + 0.2, height, colour)


def _draw_waits(drawing, top, slots, size):
    percents = {kind: [percentile(slot["ms"], percent) for slot in slots] for kind, percent in (("p90", 90), ("p99", 99))}
    most = ceiling(max([value for value in percents["p99"] if value is not None] + [1]) / 1000)
    drawing.scale(top, WAIT_HEIGHT, most, " s")
    for kind, values in percents.items():
        points = " ".join(f"{drawing.x((index + 0.5) * size):.1f},{top + WAIT_HEIGHT * (1 - value / 1000 / most):.1f}"
                          for index, value in enumerate(values) if value is not None)
        drawing.add(f'<polyline points="{points}" class="{kind}"/>')


def render(title, calls, made, seconds, names):
    """The SVG's text. `made`: the faults as they were; `calls`: the callers' lines."""
    drawing, size, slots = Drawing(seconds), bin_seconds(seconds), bins(calls, seconds, names)
    y = 24
    drawing.text(8, y, title, "ink title")
    y += 22
    drawing.legend(y, [(group, GROUP_COLOURS[group]) for group in faults.GROUPS])
    drawing.text(8, y, "faults", "faint")
    first_row = y + 10
    y = first_row + ROW * len(names) + 26
    drawing.text(8, y, "whole answers a second, by the target that gave them; broken streams and failed calls on top", "faint")
    drawing.legend(y, [("broken off, as allowed", BROKEN_COLOUR), ("failed", FAILED_COLOUR)], x=WIDTH - 270)
    answers = y + 12
    waits = answers + ANSWERS_HEIGHT + GAP
    bottom = waits + WAIT_HEIGHT
    drawing.text(8, waits - 10, "how long calls took, streams to their last word: p99, and p90 (grey)", "faint")
    drawing.seconds(first_row, bottom)
    _draw_faults(drawing, first_row, made, names)
    _draw_answers(drawing, answers, slots, names, size)
    _draw_waits(drawing, waits, slots, size)
    height = bottom + 26
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
            f'<rect width="{WIDTH}" height="{height}" class="paper"/>\n' + "\n".join(drawing.parts) + "\n</svg>\n")
