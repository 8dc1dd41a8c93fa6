"""Let several classifiers decide together, and see whether they make the same mistakes."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import torch
from torch import nn

from helpers.evaluation.measure import Evaluation, average_probabilities

Members = Mapping[str, Evaluation] | Iterable[Evaluation]


def ensemble(evaluations: Members) -> Evaluation:
    """Average the members' probabilities: what the models say when they decide together.

    Takes two or more evaluations of the same pictures (see `align`) or a mapping; its logits are the means' logarithms.

    >>> sure, wrong = torch.tensor([[4.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    >>> ensemble([Evaluation(logits, torch.tensor([0]), ["a", "b"]) for logits in (sure, wrong)]).accuracy
    1.0
    """
    members = list(_members(evaluations).values())
    logits = average_probabilities([member.logits for member in members])
    return Evaluation(logits, members[0].labels, members[0].classes)


def majority_vote(evaluations: Members) -> Evaluation:
    """Take the class that most members predict; each has one vote, however sure it is.

    Takes what `ensemble` takes. Among classes with equally many votes, the earliest member that voted for one of them
    decides. The logits of the result are the votes, half a vote more for the winner: they rank classes, no more.

    >>> labels = torch.tensor([0, 0, 0])
    >>> said = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    >>> members = [Evaluation(torch.eye(2)[classes], labels, ["a", "b"]) for classes in said]
    >>> [round(member.accuracy, 2) for member in members], majority_vote(members).accuracy
    ([0.67, 0.67, 0.67], 1.0)
    """
    members = list(_members(evaluations).values())
    said = nn.functional.one_hot(torch.stack([member.predictions for member in members]), members[0].logits.shape[1])
    votes = said.sum(0)
    leads = (said * votes).sum(2) == votes.max(1).values  # whether a member voted for one of the classes in the lead
    winners = said[leads.int().argmax(0), torch.arange(len(votes))]
    return Evaluation(votes + 0.5 * winners, members[0].labels, members[0].classes)


def scores(results: Mapping[str, Evaluation | Sequence[Evaluation]]) -> pd.DataFrame:
    """Return a row a result: accuracy and the ends of its 95 % interval in percent, and the loss.

    Of several runs of a recipe it takes the means, and adds the ``spread`` (standard deviation) of their accuracies.

    >>> run = Evaluation(torch.eye(2), torch.tensor([0, 1]), ["a", "b"])
    >>> scores({"one run": run, "two runs": [run, run]})[["accuracy", "spread"]].values.tolist()
    [[100.0, nan], [100.0, 0.0]]
    """
    rows = {}
    for name, runs in results.items():
        own = [runs] if isinstance(runs, Evaluation) else runs
        facts = [(100 * run.accuracy, *(100 * end for end in run.interval), run.loss) for run in own]
        table = pd.DataFrame(facts, columns=["accuracy", "low", "high", "loss"])
        spread = {} if isinstance(runs, Evaluation) else {"spread": table["accuracy"].std()}
        rows[name] = {**table.mean(), **spread}
    return pd.DataFrame.from_dict(rows, orient="index").round(2)


def mistake_correlation(evaluations: Members) -> pd.DataFrame:
    """Tell, for every two members, how much their mistakes coincide. The less they do, the more an ensemble helps.

    Takes what `ensemble` takes; returns a row a pair: ``a``, ``b`` (names, or numbers from 1), ``correlation``
    (Pearson's, of wrong = 1 and right = 0; NaN where a member never errs, or always) and ``both_wrong`` (0 to 1).

    >>> members = [Evaluation(torch.eye(2)[said], torch.zeros(4).long(), ["a", "b"]) for said in ([0, 0, 1, 1],) * 2]
    >>> mistake_correlation(members)
       a  b  correlation  both_wrong
    0  1  2          1.0         0.5
    """
    members = _members(evaluations)
    wrong = torch.stack([~member.correct for member in members.values()]).double()
    correlation, both_wrong = torch.corrcoef(wrong), wrong @ wrong.T / wrong.shape[1]
    names = list(members)
    pairs = itertools.combinations(range(len(names)), 2)
    rows = [(names[i], names[j], correlation[i, j].item(), both_wrong[i, j].item()) for i, j in pairs]
    return pd.DataFrame(rows, columns=["a", "b", "correlation", "both_wrong"])


def align(evaluations: Mapping[str, Evaluation]) -> list[Evaluation]:
    """Bring evaluations of the same pictures into the order of the first: by name where all know their names.

    They come by what a refusal calls them: one has another number of pictures, or other pictures, labels or classes.
    """
    (first_name, first), *others = evaluations.items()
    aligned = [first]
    for name, member in others:
        wrong = None
        if list(member.classes) != list(first.classes):
            wrong = f"has the classes {', '.join(member.classes)} and {first_name} {', '.join(first.classes)}"
        elif len(member.labels) != len(first.labels):
            wrong = f"has {len(member.labels)} pictures and {first_name} {len(first.labels)}"
        elif first.names and member.names and (lost := set(first.names).difference(member.names)):
            wrong = f"lacks {len(lost)} of the pictures of {first_name}, such as {min(lost)}"
        if wrong:
            raise ValueError(f"{name} {wrong}; evaluate all models with loaders of one dataset.")
        if first.names and member.names and first.names != member.names:
            place = {picture: i for i, picture in enumerate(member.names)}
            order = torch.tensor([place[picture] for picture in first.names])
            member = replace(member, logits=member.logits[order], labels=member.labels[order], names=first.names)
        if not torch.equal(member.labels, first.labels):
            where = int((member.labels != first.labels).nonzero()[0, 0])
            found = f"{name} has other labels than {first_name}, first at {(first.names or {where: where})[where]}"
            raise ValueError(f"{found}; evaluate all models with the same unshuffled loader.")
        aligned.append(member)
    return aligned


def _members(evaluations: Members) -> dict[str, Evaluation]:
    """Return the evaluations by name, numbers from 1 by default, after checking that they can decide together."""
    if isinstance(evaluations, Evaluation):
        raise ValueError("this is one evaluation; pass a list of two or more, or a mapping of them by name.")
    if not isinstance(evaluations, Mapping):
        evaluations = {str(number): evaluation for number, evaluation in enumerate(evaluations, 1)}
    if len(evaluations) < 2:
        raise ValueError(f"the evaluations are {len(evaluations)} in number; pass two or more, such as one a seed.")
    aligned = align({f"member {name}": evaluation for name, evaluation in evaluations.items()})
    return dict(zip(evaluations, aligned, strict=True))
