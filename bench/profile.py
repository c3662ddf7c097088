"""Where the time of an import goes: CPU seconds by process and stage."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.mill import import_
from bench.stages import FOLDER

ROOT = Path(__file__).resolve().parents[1]
_SEARCHED = f"{ROOT / 'bench' / 'injected'}:{ROOT}"


def profile(folder: Path, mail: Path, mails: int, cores: Sequence[int]) -> Iterator[str]:
    """Import into a fresh data folder with a clock in every process, and tell, line by line."""
    figures = folder.with_name(f"{folder.name}-stages")
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True)
    done = import_(folder, mail, mails, cores, more={FOLDER: str(figures), "PYTHONPATH": _SEARCHED})
    noted = [json.loads(path.read_text()) for path in sorted(figures.glob("*.json"))]
    yield f"profile: {mails:,} mails of {mail.name}, {done.run.wall:.1f} s, {done.run.cpu:.1f} CPU seconds in all"
    for role, title in (("import", "the command"), ("parser", "its parsers")):
        processes = [one for one in noted if one["role"] == role]
        cpu = sum(one["cpu"] for one in processes)
        stages: Counter[str] = Counter()
        for one in processes:
            stages.update(one["stages"])
        stages["everything else"] = cpu - sum(stages.values())
        yield f"  {title} ({len(processes)}): {cpu:.2f} CPU seconds, {cpu / mails * 1e6:,.0f} µs a mail"
        for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
            if seconds >= 0.001 * cpu:
                yield f"    {stage:<28}{seconds:8.2f} s {seconds / mails * 1e6:8,.0f} µs a mail {seconds / cpu:6.1%}"
    shutil.rmtree(figures)
