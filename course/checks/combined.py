"""Checks of the exercises of notebook 04."""

import numpy as np
import torch
from torch import nn

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, same_comparison


@question(
    hints=(
        "Draw once, by hand: three candidates with 70, 75 and 80 % show 78, 77 and 79 %. Which wins, and by how much "
        "does it look better than it is?",
        "`torch.binomial` draws a table, a row a draw and a column a candidate. `argmax(1)` says who won each row; "
        "subtract the truth of that one, then take the mean over the rows.",
    ),
    praise="The winner looks better than it is, the more so the fewer pictures there are.",
)
def q1(winners_luck, random):
    """`winners_luck(truths, pictures, draws)` -> mean of the winner's measured accuracy less its own true one."""
    draws = 2000
    for pictures in (int(random.integers(50, 70)), int(random.integers(400, 500))):  # so that no constant fits both
        truths = random.uniform(0.70, 0.78) + random.permutation([0.0, 0.02, 0.04, 0.05, 0.06])
        measured = random.binomial(pictures, truths, (30_000, len(truths))) / pictures
        best = measured.max(1)
        tied = measured == best[:, None]  # of equals either may win: take both ends of what is possible
        low = best - np.where(tied, truths, 0).max(1)
        high = best - np.where(tied, truths, 1).min(1)
        slack = 5 * high.std() / draws**0.5 + 1e-4
        got = number(winners_luck(truths.tolist(), pictures, draws))
        if low.mean() - slack <= got <= high.mean() + slack:
            continue
        hint = "Print the first five rows of your table, who won each, and the truth of the one that won"
        if abs(got - best.mean()) < slack:
            hint = "This is the winner's measured accuracy itself; subtract the true one"
        elif abs(got / pictures - (low.mean() + high.mean()) / 2) < slack:
            hint = "These are pictures; divide by their number for an accuracy"
        elif abs(got) < slack:
            hint = "Over all candidates luck cancels out; find the winner of each draw first"
        elif abs(got - (best.mean() - truths.max())) < slack:
            hint = "You subtract the highest truth. Often another candidate wins: subtract the truth of that one"
        elif abs(got - (best.mean() - truths.mean())) < slack:
            hint = "You subtract the mean of the truths. Subtract the truth of the candidate that won"
        elif 2 * high.mean() < got < 0.5:
            hint = "Is this the best of all draws? In each draw, take the best of the candidates"
        said = ", ".join(f"{truth:.3f}" for truth in truths)
        raise WrongAnswer(
            f"for the truths {said} and {pictures} pictures it returned {got:.4f}",
            f"about {(low.mean() + high.mean()) / 2:.3f}",
            hint,
        )


@question(
    hints=(
        "Which parameters does `model.parameters()` give at the moment when the optimizer is made?",
        "An optimizer keeps the tensors it was given. Replace the layer first, then make the optimizer.",
    ),
    praise="Every parameter of the model that will train is in the optimizer, the new layer's too.",
)
def q2(new_head, random):
    """`new_head(model, classes, lr)` gives the model a new last layer -> Adam over all of its parameters."""
    from helpers.models import VehicleNet

    classes, lr = int(random.integers(3, 9)), float(random.uniform(2e-3, 2e-2))
    model = VehicleNet(image_size=8, channels=(4,), hidden=int(random.integers(10, 20)), dense_dropout=0.5)
    layers = [*model.features, *model.classifier]
    optimizer = new_head(model, classes, lr)
    if not isinstance(optimizer, torch.optim.Adam):
        hint = "Return the optimizer; the model itself is changed in place"
        raise WrongAnswer(f"it returned {brief(optimizer)}", "a torch.optim.Adam", hint)
    now = [*model.features, *(model.classifier if isinstance(model.classifier, nn.Sequential) else [model.classifier])]
    if len(now) != len(layers) or any(a is not b for a, b in zip(now[:-1], layers[:-1], strict=True)):
        hint = "The other layers must stay what they are: assign to model.classifier[-1] alone"
        raise WrongAnswer("more than the last layer was replaced", "one new layer, all others kept", hint)
    try:
        outputs = model.eval()(torch.zeros(1, 3, 8, 8)).shape[1]
    except RuntimeError as error:
        hint = "The new layer takes as many inputs as the old one, its `in_features`, and has `classes` outputs"
        raise WrongAnswer(f"the model stops with: {error}", f"{classes} logits a picture", hint) from error
    if outputs != classes:
        hint = f"Print `model`: its last layer is {now[-1]}. Assign to model.classifier[-1]"
        raise WrongAnswer(f"the model gives {outputs} logits a picture", f"{classes}", hint)
    held = {id(weights) for group in optimizer.param_groups for weights in group["params"] if weights.requires_grad}
    parameters = dict(model.named_parameters())
    missing = [name for name, weights in parameters.items() if id(weights) not in held]
    if missing:
        last = [name for name, weights in parameters.items() if any(weights is own for own in now[-1].parameters())]
        hint = "Give it model.parameters(), of the model that it shall train"
        if missing == last:
            hint = "The optimizer was made before this layer, and still holds the old one. Which line must come first?"
        elif not set(missing) & set(last):
            hint = "Only the new layer would learn; give the optimizer the parameters of the whole model"
        names = ", ".join(missing)
        raise WrongAnswer(f"the optimizer will not change {names}", "all parameters of the model in it", hint)
    rates = {group["lr"] for group in optimizer.param_groups}
    if any(abs(rate - lr) > 1e-9 for rate in rates):
        said = ", ".join(f"{rate:g}" for rate in rates)
        raise WrongAnswer(f"with lr={lr:g} the optimizer has the rate {said}", f"{lr:g}", "Pass lr on to the optimizer")


@question(
    hints=(
        "Which calls may you make before the choice, and which only after it?",
        "For each candidate the mean of `validate` over all seeds; `max` of these; then `open_test` for the baseline "
        "and the chosen one, each with every seed, and `compare` of the two lists.",
    ),
    praise="Chosen by the mean on validation, the test set opened once, for two recipes.",
)
def q3(fair_search, random):
    """`fair_search(candidates, seeds, validate, open_test)` -> `compare` of the chosen one with the baseline, on test.

    Each way to choose has its own winner: the mean the steady one, a single seed the lucky one, the test the tempting
    one, the worst seed the safe one.
    """
    from helpers.evaluation import Comparison, compare

    seeds = random.choice(1000, 4, replace=False).tolist()
    candidates = random.permutation(["dropout", "batch norm", "both", "three blocks"]).tolist()
    best, lucky, tempting, safe = random.permutation(candidates).tolist()
    shown = {best: [0.75, 0.81, 0.82, 0.82], lucky: [0.88, 0.71, 0.72, 0.70]}
    shown |= {tempting: [0.73, 0.74, 0.75, 0.74], safe: [0.77, 0.77, 0.78, 0.77], "baseline": [0.74, 0.75, 0.73, 0.76]}
    valid = {
        (name, seed): float(value + random.uniform(-0.004, 0.004))
        for name, values in shown.items()
        for seed, value in zip(seeds, random.permutation(values), strict=True)
    }
    test = {key: float(random.uniform(0.70, 0.80) + 0.12 * (key[0] == tempting)) for key in valid}
    validated, opened, too_early = [], [], []

    def ask(table, name, seed):
        if (name, seed) not in table:
            known = f"one of {', '.join(candidates)}, baseline with one of {seeds}"
            raise WrongAnswer(f"it asked for {brief(name)} with seed {brief(seed)}", known, "Use what you are given")
        return table[name, seed]

    def validate(name, seed):
        validated.append((name, seed))
        too_early.extend(opened[:1] if name in candidates else [])
        return ask(valid, name, seed)

    def open_test(name, seed):
        opened.append((name, seed))
        return ask(test, name, seed)

    got = fair_search(list(candidates), list(seeds), validate, open_test)
    tested = sorted({name for name, _ in opened} - {"baseline"})
    over = {name: compare(*[[test[n, seed] for seed in seeds] for n in ("baseline", name)]) for name in candidates}
    if len(tested) > 1:
        hint = "A look at the test set for every candidate makes it a second validation set. Choose first, then open it"
        if not validated or same_comparison(got, over[tempting]):
            hint = "You chose by test pictures, so their accuracy is flattered as well. Choose by validation alone"
        what = f"it opened the test set for {len(tested)} candidates ({', '.join(tested)})"
        raise WrongAnswer(what, "for the chosen one and the baseline only", hint)
    missing = [f"{name}, seed {seed}" for name in candidates for seed in seeds if (name, seed) not in validated]
    if missing:
        hint = "Every candidate needs every seed: one run says what one network does, not what the recipe does"
        raise WrongAnswer(f"{len(missing)} validation run(s) are missing ({missing[0]})", "all of them", hint)
    if not tested:
        hint = "The validation accuracy of a winner contains the luck that made it win; open the test set for it"
        raise WrongAnswer("it never opened the test set for a candidate", f"open_test({best!r}, ...)", hint)
    if tested != [best]:
        hint = "Take the mean over the seeds for each candidate, and the highest of the means"
        if tested == [lucky]:
            hint = "This one has the best single seed, and the others are poor. Choose by the mean over the seeds"
        raise WrongAnswer(f"it chose {tested[0]!r}", f"{best!r}", hint)
    if too_early:
        hint = "First all validation runs and the choice, then the test"
        raise WrongAnswer("it opened the test set before the search was over", "a closed one until then", hint)
    if len(set(opened)) < len(opened):
        twice = next(key for key in opened if opened.count(key) > 1)
        what = f"it opened the test set {opened.count(twice)} times for {twice[0]}, seed {twice[1]}"
        raise WrongAnswer(what, "once", "Keep the value in a list instead of asking again")
    if not isinstance(got, Comparison):
        raise WrongAnswer(f"it returned {brief(got)}", "what `compare` returns", "Return compare(first, second)")
    if same_comparison(got, over[best]):
        return
    hint = "Give both lists in the order of the seeds, each with every seed"
    if abs(got.difference + over[best].difference) < 1e-9:
        hint = "The sign is turned: `compare(a, b)` says how much better b is, so the baseline comes first"
    elif same_comparison(got, compare(*[[valid[name, seed] for seed in seeds] for name in ("baseline", best)])):
        hint = "You compare validation accuracies; the winner's contain its luck. Compare those of the test set"
    raise WrongAnswer(f"it said: {got}", f"{over[best]}", hint)


q4 = OpenQuestion("combined, question 4")
