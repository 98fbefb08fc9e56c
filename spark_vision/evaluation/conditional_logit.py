"""The fit behind probabilities: which of several candidates is right, if any (McFadden 1974)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

_SMALL = 1e-9
_PENALTY = 1e-3
"""Of a feature's squared weight, in spreads of the feature, beside the mean log-likelihood of a choice."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Choices:
    """All choices side by side. features: (n, candidates, f) scaled; there, right: (n, candidates)."""

    features: Values
    there: NDArray[np.bool_]
    right: NDArray[np.bool_]
    weights: Values

    def loss(self, found: Values) -> tuple[float, Values]:
        """The mean of -log P(a right one, or none where none is right) with its penalty, and its slope."""
        odds = np.where(self.there, self.features @ found[:-1] + found[-1], -np.inf)
        top = np.maximum(odds.max(axis=1), 0)
        each, none = np.exp(odds - top[:, None]), np.exp(-top)
        wanted = np.where(self.right.any(axis=1), (each * self.right).sum(axis=1), none)
        total = each.sum(axis=1) + none
        likelihood = (self.weights * np.log(np.maximum(wanted, _SMALL**4) / total)).sum()
        share = each * self.right / np.maximum(wanted, _SMALL**4)[:, None]
        pull = (share - each / total[:, None]) * self.weights[:, None]
        slope = np.append(np.einsum("nc,ncf->f", pull, self.features), pull.sum())
        scale = self.weights.sum()
        penalty = np.append(_PENALTY * found[:-1], 0)
        return float((found * penalty).sum() / 2 - likelihood / scale), penalty - slope / scale


def fit_choice(
    features: Sequence[Values], right: Sequence[NDArray[np.bool_]], weights: Values
) -> tuple[Values, float]:
    """Weights and bias of exp(weights . features + bias), which is a candidate's odds against none of them.

    features: of the candidates of each choice, (candidates, f); right: which of them are, (candidates,);
    weights: of the choices, (n,). Where several are right, P(any of them) counts.
    """
    rows = np.concatenate(list(features))
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + _SMALL
    most = max(map(len, features))
    held = np.zeros((len(features), most, rows.shape[1]))
    there, true = (np.zeros((len(features), most), dtype=np.bool_) for _ in range(2))
    for place, (each, which) in enumerate(zip(features, right, strict=True)):
        held[place, : len(each)] = (each - mean) / spread
        there[place, : len(each)] = True
        true[place, : len(each)] = which
    choices = _Choices(held, there, true, weights)
    found = minimize(choices.loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B").x
    scaled = found[:-1] / spread
    return scaled, float(found[-1] - scaled @ mean)
