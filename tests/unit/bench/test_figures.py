"""The sums behind the figures of ``make bench``."""

from bench.figures import median, quantile
from bench.goals import below, ratio


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    assert median([4.0, 1.0, 3.0, 2.0]) == 2.5


def test_p99_is_a_value_that_occurred_and_hides_at_most_one_in_a_hundred() -> None:
    assert quantile([float(n) for n in range(1, 101)], 0.99) == 99
    assert quantile([float(n) for n in range(1, 51)], 0.99) == 50


def test_a_goal_that_keeps_its_first_limit_and_misses_the_later_one_is_missed() -> None:
    assert ratio("as fast", 9.0, 8, 12).missed
    assert not ratio("as fast", 12.5, 8, 12).missed


def test_a_missed_goal_says_so_in_its_line() -> None:
    assert "MISSED" in below("p99", 130.0, "ms", 100).line()
    assert "kept" in below("p99", 13.0, "ms", 100).line()
