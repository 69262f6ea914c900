"""A community's export as the importer reads it: the sample's posts many times over; a few got most of the votes."""

import csv
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from sample_texts import POSTS  # noqa: E402

COLUMNS = ["id", "created_utc", "title", "ups", "downs", "score", "is_self", "selftext", "url"]


def write(folder: Path, posts: int) -> list[Path]:
    """The same files each time, one for each community."""
    random = Random("stoa")
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for community, texts in POSTS.items():
        files.append(folder / f"{community}.csv")
        with files[-1].open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for number in range(posts // len(POSTS)):
                text = random.choice(texts)
                score = min(5000, int(10 * random.paretovariate(0.8)))
                downs = random.randrange(score // 2 + 1)
                created = 1_356_998_400 + random.randrange(31_536_000)
                writer.writerow({"id": f"{community}{number}", "created_utc": created,
                                 "title": f"{text.title} ({number})", "ups": score + downs,
                                 "downs": downs, "score": score, "is_self": text.url is None,
                                 "selftext": text.text, "url": text.url or ""})
    return files
