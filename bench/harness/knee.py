"""The plot of bench/overload: load against latency and throughput, written as SVG text."""

import math
from html import escape

WIDTH, PANEL, LEFT, TOP, GAP = 1080, 300, 70, 70, 60
LINES = (("p50", "#1d7a46", "half of what is accepted"), ("p99", "#c2410c", "99 % of what is accepted"),
         ("refused_p99", "#9a9a9a", "99 % of what is refused"))
LEAST, MOST = 0.1, 10_000  # ms


def height(milliseconds):
    """In a panel, from its top; logarithmic."""
    share = math.log(max(milliseconds, LEAST) / LEAST) / math.log(MOST / LEAST)
    return PANEL * (1 - min(share, 1))


def polyline(points, colour):
    return (f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="none" stroke="{colour}" stroke-width="2"/>'
            + "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points))


def axes(width, most, best):
    parts = [f'<rect width="{width}" height="{PANEL}" fill="#fafafa" stroke="#ccc"/>']
    for power in range(-1, 5):
        y = height(10.0**power)
        parts.append(f'<path d="M0 {y:.1f}H{width}" stroke="#e4e4e4"/><text x="-8" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>')
    for tick in range(int(most) + 1):
        x = width * tick / most
        parts.append(f'<text x="{x:.1f}" y="{PANEL + 18}" text-anchor="middle">{tick}</text>')
    parts.append(f'<text x="{width + 6}" y="12" fill="#2f7fb5">{best:,.0f}/s</text>')
    return parts


def panel(title, measured, seconds, x, width):
    most = max(share for share, *_ in measured)
    best = max(result["good"] for *_, result in measured)
    place = lambda share: width * share / most  # noqa: E731
    parts = [f'<g transform="translate({x} {TOP})">', f'<text y="-14" class="title">{escape(title)}</text>', *axes(width, most, best / seconds)]
    done = [(place(share), PANEL * (1 - result["good"] / best)) for share, _, result in measured]
    parts.append(f'<path d="M0 {PANEL}{"".join(f"L{a:.1f} {b:.1f}" for a, b in done)}V{PANEL}Z" fill="#2f7fb5" opacity="0.15"/>')
    for name, colour, _ in LINES:
        points = [(place(share), height(result[name] / 1000)) for share, _, result in measured if result[name] > 0]
        parts.append(polyline(points, colour))
    return [*parts, "</g>"]


def write(path, curves, seconds):
    """CURVES: by title, (share of the capacity, asked for a second, results of load.c)."""
    width = (WIDTH - (LEFT + GAP) * len(curves)) / max(1, len(curves))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{TOP + PANEL + 80}" '
             f'viewBox="0 0 {WIDTH} {TOP + PANEL + 80}" font-family="system-ui, sans-serif" font-size="12" fill="#222">',
             "<style>.title{font-size:14px;font-weight:600}</style>", '<rect width="100%" height="100%" fill="#fff"/>',
             '<text x="20" y="28" font-size="18" font-weight="bold">Load, as a share of the capacity, against latency and throughput</text>']
    for number, (title, measured) in enumerate(curves.items()):
        parts += panel(title, measured, seconds, LEFT + number * (width + LEFT + GAP), width)
    x, y = LEFT, TOP + PANEL + 50
    for _, colour, words in (*LINES, ("", "#2f7fb5", "answered 2xx a second (area)")):
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}"/><text x="{x + 18}" y="{y}">{escape(words)}</text>')
        x += 240
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
