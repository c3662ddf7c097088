"""Kills, freezes and outages of a small import: what is left equals what an undisturbed import leaves."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.chaos.bench import Bench, Undisturbed
from proofs.chaos.boundaries import boundary_kills
from proofs.chaos.crashes import crashing_parser, killed_children
from proofs.chaos.freezes import fenced, taken_over
from proofs.chaos.kills import random_kills
from proofs.chaos.outages import full_disk, locked

pytestmark = pytest.mark.serial
MAILS = 150
SEED = 20261122


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Path, Undisturbed]]:
    with (
        pytest.MonkeyPatch.context() as patch,
        Bench(tmp_path_factory.mktemp("chaos"), random.Random(SEED), print) as bench,
    ):
        patch.setenv("MAILMILL_PARSERS", "1")
        mailbox = bench.mailbox("m", MAILS)
        yield bench, mailbox, bench.undisturbed(mailbox)


@pytest.fixture
def bench(laid_out: tuple[Bench, Path, Undisturbed]) -> Iterator[Bench]:
    laid_out[0].failures.clear()
    yield laid_out[0]
    assert laid_out[0].failures == []


def test_two_undisturbed_imports_leave_the_same(laid_out: tuple[Bench, Path, Undisturbed]) -> None:
    assert laid_out[0].failures == []
    assert len(laid_out[2].dump.of("mail").lines) > MAILS * 0.9
    assert laid_out[2].dump.of("receipt").lines


def test_ten_random_kills_leave_what_no_kill_leaves(bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]) -> None:
    random_kills(*laid_out, kills=10)
    assert bench.figures["random kills"] == 10


@pytest.mark.needs("strace")
def test_a_kill_exactly_at_a_commit_leaves_what_no_kill_leaves(
    bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]
) -> None:
    boundary_kills(*laid_out, most=2)
    assert bench.figures["kills at a commit"] >= 2


def test_an_import_that_is_frozen_inside_a_transaction_is_taken_over(
    bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]
) -> None:
    taken_over(*laid_out, inside=True)
    assert bench.figures["freezes"]


def test_an_attempt_that_wakes_up_after_its_job_was_taken_over_commits_nothing(
    bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]
) -> None:
    fenced(*laid_out, late=False)
    assert bench.figures["freezes"]


def test_a_full_disk_is_waited_for(bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]) -> None:
    full_disk(*laid_out)
    assert bench.figures["outages"]


def test_a_locked_database_is_waited_for(bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]) -> None:
    locked(*laid_out, seconds=3, patience=1)
    assert bench.figures["outages"]


def test_a_parser_that_crashes_or_hangs_costs_that_one_mail_until_it_is_tried_again(
    bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]
) -> None:
    crashing_parser(*laid_out)
    assert bench.figures["parser faults"] == 2


def test_child_processes_that_are_killed_are_no_problem(
    bench: Bench, laid_out: tuple[Bench, Path, Undisturbed]
) -> None:
    killed_children(*laid_out, kills=3)
    assert bench.figures["children killed"]
