"""How far a run of the workflow is, and how long it will still take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import mean

#: So many of the last jobs of a rule tell how long the next will take: a machine may have become busier.
RECENT = 10


@dataclass(frozen=True)
class Running:
    """A job at work: its rule, what it says that it does, and since when, in seconds of some clock."""

    rule: str
    message: str
    since: float


@dataclass(frozen=True)
class Left:
    """How many seconds are left; `at_least` so many, where much is not known yet."""

    seconds: float
    at_least: bool

    def __str__(self) -> str:
        """In words."""
        return f"{'more than' if self.at_least else 'about'} {spoken(self.seconds)} left"


@dataclass
class Run:
    """Jobs done, running and to come. Times are in seconds of one clock.

    Attributes:
        planned: rule -> number of jobs.
        begun: when the run began.
        running: job -> what it does, in the order of their starts.
        took: rule -> seconds of each job that is done.
        failed: jobs that have failed, and are not tried again so far.
    """

    planned: Mapping[str, int]
    begun: float
    running: dict[int, Running] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)

    def start(self, job: int, rule: str, message: str, now: float) -> None:
        """A job begins, for the first time or again."""
        self.failed.discard(job)
        self.running[job] = Running(rule, message, now)

    def finish(self, job: int, now: float) -> None:
        """A job is done."""
        if done := self.running.pop(job, None):
            self.took.setdefault(done.rule, []).append(now - done.since)

    def fail(self, job: int) -> None:
        """A job has failed."""
        if self.running.pop(job, None):
            self.failed.add(job)

    @property
    def total(self) -> int:
        """All jobs."""
        return sum(self.planned.values())

    @property
    def done(self) -> int:
        """Jobs that have come to their end."""
        return sum(map(len, self.took.values()))

    @property
    def to_come(self) -> int:
        """Jobs that have not begun."""
        return self.total - self.done - len(self.running) - len(self.failed)

    def left(self, now: float) -> Left | None:
        """How long it will still take, or None where all is done or nothing is known.

        A job is expected to take what the last ones of its rule have taken, or what all have where it is the first, and
        as many to be at work at once as so far. Where most jobs are ahead, and most of those are of rules that have not
        been seen yet, these are left out: the first jobs of a run are no sign of what others take.
        """
        if not self.took or self.done == self.total:
            return None
        means = {rule: mean(took[-RECENT:]) for rule, took in self.took.items()}
        ahead = {rule: count - len(self.took.get(rule, [])) for rule, count in self.planned.items()}
        unknown = sum(count for rule, count in ahead.items() if rule not in means)
        at_least = 2 * unknown > sum(ahead.values()) > self.done
        other = 0.0 if at_least else mean([seconds for took in self.took.values() for seconds in took])
        spent = [(now - job.since, means.get(job.rule, other)) for job in self.running.values()]
        work = sum(count * means.get(rule, other) for rule, count in ahead.items()) - sum(map(min, spent))
        worked = sum(map(sum, self.took.values())) + sum(seconds for seconds, _ in spent)
        return Left(work * (now - self.begun) / worked, at_least) if worked else None


def spoken(seconds: float) -> str:
    """A duration as people say it, no more exact than it is: 40 s, 3 min, 2 h 5 min."""
    if seconds < 55:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = max(1, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def clock(seconds: float) -> str:
    """A duration as a clock shows it: 0:07, 12:30, 1:02:03."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
