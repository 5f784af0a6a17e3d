"""The numbers of the testing desk: pools, rounds, sites, custody, laboratories and what a positive tube sets off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from ringfence.core.errors import Refused
from ringfence.core.policy import Between

Share = Annotated[float, Between(0, 1)]


@dataclass(frozen=True, kw_only=True)
class MissedOnDay:
    """How often a test misses an infected person so many days after infection."""

    day: Annotated[int, Between(0, 60)]
    missed: Share

    def __str__(self) -> str:
        return f"{self.day}: {self.missed:g}"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The testing desk's numbers under one pack."""

    # pools: how many people's swabs share a tube
    pool_size: Annotated[int, Between(1, 50)]  # where no zone or group says otherwise
    pool_size_most: Annotated[int, Between(1, 50)]  # a tube with more is refused
    pool_size_by_zone: dict[str, int] = field(
        default_factory=dict
    )  # sealed, controlled, prevention; 0: one a household
    pool_size_by_group: dict[str, int] = field(
        default_factory=dict
    )  # quarantine, key_group, high_risk; 0: one a household

    # rounds
    round_within: timedelta  # from opening a round to all its results
    round_within_large: timedelta | None = None  # the same above `large_from` people
    large_from: int | None = None
    rounds_first: Annotated[int, Between(1, 20)] | None = None  # rounds of everybody where the source is unknown
    rounds_clean: Annotated[int, Between(1, 20)] | None = None  # rounds in a row without a community case, then a pause
    rounds_pause: timedelta | None = None  # the pause before one more round, after which rounds may stop
    repeat_every: timedelta | None = None  # between rounds where there was a case of late
    missed_reminded_after: timedelta  # a person of the roster still missing this long before the end is called

    # sites and samplers
    people_per_site_min: Annotated[int, Between(1, 100_000)]
    people_per_site_max: Annotated[int, Between(1, 100_000)]
    people_per_table: Annotated[int, Between(1, 100_000)] | None = None
    people_per_sampler: Annotated[int, Between(1, 100_000)]  # in one round
    swabs_per_hour: Annotated[int, Between(1, 1000)]  # of one sampler
    sampling_within: timedelta  # from the first swab of a site to its last
    sampling_within_hard: timedelta | None = None  # where it is really difficult
    queue_at_most: timedelta  # longest wait of a person at a site
    site_built_within: timedelta | None = None

    # custody
    pack_within: timedelta  # from sealing a tube to its box
    transport_within: timedelta  # from packing a box to its receipt in a laboratory
    clock_off_at_most: timedelta  # a station's clock further off than this is corrected, and somebody sets it right
    hand_in_within: timedelta  # from sealing a tube to its hand-in; later ones are asked about
    tubes_per_box: Annotated[int, Between(1, 10_000)]

    # laboratories
    read_within: timedelta  # from receipt to the result
    read_within_urgent: timedelta  # the same for somebody's own tube while they are held
    invalid_share_most: Share  # a laboratory above this share of invalid tubes is looked at
    out_of_line_from: Annotated[int, Between(1, 100_000)]  # only with so many tubes read
    out_of_line_z: Annotated[float, Between(1, 10)]  # so many standard deviations from all laboratories together

    # a positive or unclear tube
    hold_at_most: timedelta  # members of a positive pool are held no longer than this without their own result
    retest_within: timedelta  # from a positive pool to the single swab of each member
    tell_within: timedelta  # from a positive tube to word at the place where its members live

    # what is expected
    missed_by_day: tuple[MissedOnDay, ...]  # false negatives by day since infection, of one person's own swab
    pool_loss: dict[str, float] = field(default_factory=dict)  # pool size -> share of sensitivity lost in the pool
    specificity: Share  # of one tube

    def __post_init__(self) -> None:
        """Refuse sizes and days that are upside down."""
        if self.people_per_site_min > self.people_per_site_max:
            raise Refused("policy_out_of_order", low="people_per_site_min", high="people_per_site_max")
        if self.pool_size > self.pool_size_most:
            raise Refused("policy_out_of_order", low="pool_size", high="pool_size_most")
        days = [each.day for each in self.missed_by_day]
        if days != sorted(set(days)):
            raise Refused("policy_out_of_order", low="missed_by_day", high="missed_by_day")

    def pool_size_for(self, zone: str | None, group: str | None) -> int:
        """People to a tube for a zone and a group: the smaller of the two; 0 stands for one tube a household."""
        told = [self.pool_size_by_zone.get(zone or ""), self.pool_size_by_group.get(group or "")]
        sizes = [size for size in told if size is not None]
        return min(sizes, key=lambda size: size or 3) if sizes else self.pool_size

    def round_limit(self, people: int) -> timedelta:
        """How long a round of so many people may take."""
        large = self.round_within_large
        return (
            large
            if large is not None and self.large_from is not None and people > self.large_from
            else self.round_within
        )
