"""The numbers that govern jobs; bootstrap fills them from the settings."""

from dataclasses import dataclass

from mailmill.store.admission import Limits


@dataclass(frozen=True, slots=True)
class Rules:
    """Seconds unless the name says otherwise; what each means is in docs/settings.md."""

    running_per_starter: int = 2
    jobs_per_worker: int = 50
    lane_ageing: float = 300
    heartbeat: float = 30
    budget_pause: float = 5
    outage_patience: float = 86_400
    login_patience: float = 14 * 86_400
    tries: int = 5
    backoff_first: float = 1
    backoff_most: float = 300
    short_wait: float = 60
    cooldown: float = 300
    history: float = 30 * 86_400

    @property
    def limits(self) -> Limits:
        """What admission needs of them."""
        return Limits(self.running_per_starter, int(self.lane_ageing * 1000))
