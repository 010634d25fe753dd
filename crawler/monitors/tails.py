"""How likely counts are that are far from what was expected.

Newspapers do not publish by a Poisson process: good days follow good days. Counts of stories are
negative binomial here, shares beta-binomial, each with the spread that the past has shown.
"""

from __future__ import annotations

from math import exp, lgamma, log

_LEAST_SPREAD = 1e-6


def at_most(count: int, mean: float, spread: float) -> float:
    """The probability of so many or fewer. spread: variance beyond a Poisson count's, relative to
    the square of the mean.

    >>> round(at_most(0, 3.0, 0.0), 4), round(at_most(0, 3.0, 0.5), 4)
    (0.0498, 0.16)
    """
    if mean <= 0:
        return 1.0
    size = 1 / max(spread, _LEAST_SPREAD)
    stay, go = log(size / (size + mean)), log(mean / (size + mean))
    total = sum(
        exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * stay + k * go)
        for k in range(count + 1)
    )
    return min(1.0, total)


def at_least(count: int, mean: float, spread: float) -> float:
    """The probability of so many or more."""
    return 1.0 if count <= 0 else max(0.0, 1.0 - at_most(count - 1, mean, spread))


def share_at_most(count: int, of: int, share: float, likeness: float) -> float:
    """The probability of so many or fewer among some. likeness: correlation between two of them.

    >>> round(share_at_most(0, 4, 0.5, 0.0), 4)
    0.0625
    """
    if count >= of:
        return 1.0
    share = min(max(share, 1e-6), 1 - 1e-6)
    both = 1 / max(likeness, _LEAST_SPREAD) - 1
    yes, no = share * both, (1 - share) * both
    whole = lgamma(of + 1) + lgamma(both) - lgamma(yes) - lgamma(no) - lgamma(of + both)
    total = sum(
        exp(whole - lgamma(k + 1) - lgamma(of - k + 1) + lgamma(k + yes) + lgamma(of - k + no))
        for k in range(count + 1)
    )
    return min(1.0, total)


def share_at_least(count: int, of: int, share: float, likeness: float) -> float:
    """The probability of so many or more among some."""
    return share_at_most(of - count, of, 1 - share, likeness)
