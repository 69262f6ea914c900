"""The plot: requests a second as bars, a group for each case, written as SVG text."""

from html import escape

from .cases import FASTIFY, FLASK, GO, NO_CACHE, NO_GROUPS, RAW_1, RAW_64, RETURN, STATIC

COLOURS = {"Stoa": "#c2410c", NO_CACHE: "#e39a76", NO_GROUPS: "#e39a76", STATIC: "#1d7a46", RETURN: "#8fbf9f", GO: "#2f7fb5", FASTIFY: "#6b6b6b", FLASK: "#9a9a9a",
           RAW_64: "#7a5aa6", RAW_1: "#b9a5d6"}
WIDTH, GUTTER, MARGIN = 1080, 40, 20
LABEL, VALUE = 140, 70  # beside the bars: who, and how many
BAR, GAP, TITLE, AFTER, HEAD = 15, 3, 24, 16, 64


def height_of(case, results):
    return TITLE + len(results.of(case)) * (BAR + GAP) + AFTER


def columns(cases, results):
    """Two columns, in reading order, as even as may be."""
    heights = [height_of(case, results) for case in cases]
    cut = min(range(len(cases) + 1), key=lambda n: max(sum(heights[:n]), sum(heights[n:])))
    return cases[:cut], cases[cut:]


def group(case, results, x, y, width):
    contestants = results.of(case)
    greatest = max(sample.rate for samples in contestants.values() for sample in samples)
    room = width - LABEL - VALUE
    parts = [f'<text x="{x}" y="{y + 14}" class="title">{escape(case.title)}</text>']
    y += TITLE
    for name, samples in contestants.items():
        rate = results.median(case, name)
        middle, left = y + BAR / 2, x + LABEL
        least, most = (left + room * pick(sample.rate for sample in samples) / greatest for pick in (min, max))
        length = room * rate / greatest
        weight = ' font-weight="bold"' if name == "Stoa" else ""
        parts += [
            f'<text x="{left - 8}" y="{middle + 4}" text-anchor="end"{weight}>{escape(name)}</text>',
            f'<rect x="{left}" y="{y}" width="{max(length, 1):.1f}" height="{BAR}" fill="{COLOURS[name]}"/>',
            f'<path d="M{least:.1f} {middle}H{most:.1f}M{least:.1f} {middle - 3}v6M{most:.1f} {middle - 3}v6" class="spread"/>',
            f'<text x="{max(most, left + length) + 6:.1f}" y="{middle + 4}"{weight}>{rate:,.0f}</text>',
        ]
        y += BAR + GAP
    return parts


def write(path, cases, results, subtitle):
    cases = [case for case in cases if results.of(case)]
    parted = columns(cases, results)
    width = (WIDTH - 2 * MARGIN - GUTTER) / 2
    height = HEAD + max(sum(height_of(case, results) for case in column) for column in parted) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#222">',
        "<style>.title{font-size:14px;font-weight:600}.spread{stroke:#222;stroke-width:1;fill:none}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{MARGIN}" y="28" font-size="18" font-weight="bold">Requests a second</text>',
        f'<text x="{MARGIN}" y="47" fill="#555">{escape(subtitle)}</text>',
    ]
    for column, x in zip(parted, (MARGIN, MARGIN + width + GUTTER)):
        y = HEAD
        for case in column:
            parts += group(case, results, x, y, width)
            y += height_of(case, results)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
