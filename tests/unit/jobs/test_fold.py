"""The fold of events: the same log gives the same view, and percent goes one way, whatever happens."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mailmill.domain.job import State, Waiting
from mailmill.domain.progress import Event, EventType, JobView, fold, fold_all

_COUNTS = st.integers(0, 500)
_FACTS = st.one_of(
    st.builds(lambda g: (EventType.QUEUED, {"waiting_for": Waiting.SLOT, "generation": g}), st.integers(1, 3)),
    st.builds(lambda a: (EventType.STARTED, {"attempt": a}), st.integers(1, 9)),
    st.builds(
        lambda low, high: (EventType.PHASE, {"phase": "p", "label": "P", "span": [min(low, high), max(low, high)]}),
        st.integers(0, 100),
        st.integers(0, 100),
    ),
    st.builds(
        lambda done, total, since: (EventType.PROGRESS, {"done": done, "total": total or None, "since": since}),
        _COUNTS,
        _COUNTS,
        _COUNTS,
    ),
    st.builds(lambda n: (EventType.PROBLEMS, {"count": n}), _COUNTS),
    st.sampled_from(
        [
            (EventType.WAITING, {"reason": "later", "until": 7}),
            (EventType.WARNING, {"message": "odd"}),
            (EventType.POSITION_LOST, {"phase": "p"}),
            (EventType.PAUSED, {"waiting_for": Waiting.USER}),
            (EventType.SUCCEEDED, {"report": {"totals": {}}}),
            (EventType.FAILED, {"code": "unexpected", "message": "no"}),
            (EventType.CANCELLED, {}),
        ]
    ),
)


def _log(facts: list[tuple[EventType, dict[str, object]]]) -> list[Event]:
    head = (EventType.CREATED, {"id": "0" * 32, "number": 1, "kind": "sync"})
    return [Event(n, n * 100, type_, data) for n, (type_, data) in enumerate([head, *facts], start=1)]


@given(st.lists(_FACTS, max_size=40))
def test_percent_never_goes_back_within_a_generation_and_is_100_only_on_success(
    facts: list[tuple[EventType, dict[str, object]]],
) -> None:
    view: JobView | None = None
    for event in _log(facts):
        before, view = view, fold(view, event)
        if event.type is EventType.SUCCEEDED:
            assert view.percent == 100
            break
        assert view.percent < 100
        assert before is None or before.generation != view.generation or view.percent >= before.percent
        assert (view.eta is None) or 0 <= view.eta[0] <= view.eta[1]


@given(st.lists(_FACTS, max_size=40))
def test_a_view_survives_being_stored_after_any_log(facts: list[tuple[EventType, dict[str, object]]]) -> None:
    log = _log(facts)
    view = fold_all(log)
    assert view is not None
    assert JobView.from_json(json.loads(json.dumps(view.to_json()))) == view
    assert fold_all(log) == view
    assert view.seq == len(log)
    assert view.elapsed_ms(view.updated_at) >= 0
    assert view.state in set(State)
