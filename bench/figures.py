"""Small sums over measurements."""

from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    """The middle one; of an even number the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by ``share`` of all (nearest rank), so that p99 is one that occurred."""
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 1000) // 1000)
    return ordered[max(0, rank - 1)]


def megabytes(size: float) -> str:
    """A size for people, in units of a million bytes."""
    return f"{size / 1e6:,.0f} MB"
