"""Answers to the exercises of notebook 04. The docstring of a wrong one is what its message must say."""

import numpy as np
import torch
from torch import nn

from helpers import compare


def drawn(truths, pictures, draws):
    return np.random.default_rng().binomial(pictures, truths, (draws, len(truths))) / pictures


def right_q1_loop(truths, pictures, draws):
    luck = 0.0
    for row in drawn(truths, pictures, draws).tolist():
        winner = max(range(len(row)), key=row.__getitem__)
        luck += row[winner] - truths[winner]
    return luck / draws


def right_q1_single_pictures(truths, pictures, draws):
    truths = torch.tensor(truths, dtype=torch.float32)
    measured = torch.stack([(torch.rand(pictures, len(truths)) < truths).float().mean(0) for _ in range(draws)])
    best, winners = measured.max(1)
    return (best - truths[winners]).mean()


def q1_highest_truth(truths, pictures, draws):
    "You subtract the highest truth"
    return drawn(truths, pictures, draws).max(1).mean() - max(truths)


def q1_mean_truth(truths, pictures, draws):
    "You subtract the mean of the truths"
    return drawn(truths, pictures, draws).max(1).mean() - np.mean(truths)


def q1_all_candidates(truths, pictures, draws):
    "Over all candidates luck cancels out"
    return (drawn(truths, pictures, draws) - np.array(truths)).mean()


def q1_best_of_the_draws(truths, pictures, draws):
    "In each draw, take the best of the candidates"
    return (drawn(truths, pictures, draws).max(0) - np.array(truths)).mean()


def q1_accuracy(truths, pictures, draws):
    "subtract the true one"
    return drawn(truths, pictures, draws).max(1).mean()


def q1_constant(truths, pictures, draws):
    "the truth of the one that won"
    return 0.09


def right_q2_add_param_group(model, classes, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.classifier[-1] = nn.Linear(model.classifier[-1].in_features, classes)
    optimizer.add_param_group({"params": model.classifier[-1].parameters()})
    return optimizer


def right_q2_pop_and_append(model, classes, lr):
    old = model.classifier.pop(-1)
    model.classifier.append(nn.Linear(old.weight.shape[1], classes))
    return torch.optim.Adam([{"params": part.parameters()} for part in (model.features, model.classifier)], lr)


def q2_as_found(model, classes, lr):
    "made before this layer"
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.classifier[-1] = nn.Linear(model.classifier[-1].in_features, classes)
    return optimizer


def q2_only_the_new_layer(model, classes, lr):
    "Only the new layer would learn"
    model.classifier[-1] = nn.Linear(model.classifier[-1].in_features, classes)
    return torch.optim.Adam(model.classifier[-1].parameters(), lr=lr)


def q2_whole_classifier(model, classes, lr):
    "The other layers must stay"
    first = next(part for part in model.classifier if isinstance(part, nn.Linear))
    model.classifier = nn.Linear(first.in_features, classes)
    return torch.optim.Adam(model.parameters(), lr=lr)


def q2_another_name(model, classes, lr):
    "Assign to model.classifier[-1]"
    model.head = nn.Linear(model.classifier[-1].in_features, classes)
    return torch.optim.Adam(model.parameters(), lr=lr)


def q2_other_rate(model, classes, lr):
    "Pass lr on"
    model.classifier[-1] = nn.Linear(model.classifier[-1].in_features, classes)
    return torch.optim.Adam(model.parameters())


def means(names, seeds, ask):
    return {name: np.mean([ask(name, seed) for seed in seeds]) for name in names}


def tested(name, seeds, open_test):
    return compare(*[[open_test(recipe, seed) for seed in seeds] for recipe in ("baseline", name)])


def right_q3_table(candidates, seeds, validate, open_test):
    table = np.array([[validate(name, seed) for seed in seeds] for name in ["baseline", *candidates]])
    chosen = candidates[table[1:].mean(1).argmax()]
    pairs = [(open_test("baseline", seed), open_test(chosen, seed)) for seed in seeds]
    return compare([a for a, _ in pairs], [b for _, b in pairs])


def q3_by_the_test(candidates, seeds, validate, open_test):
    "You chose by test pictures"
    found = {name: [open_test(name, seed) for seed in seeds] for name in ["baseline", *candidates]}
    return compare(found["baseline"], max((found[name] for name in candidates), key=np.mean))


def q3_opens_for_all(candidates, seeds, validate, open_test):
    "a second validation set"
    found = {name: [open_test(name, seed) for seed in seeds] for name in ["baseline", *candidates]}
    validated = means(candidates, seeds, validate)
    return compare(found["baseline"], found[max(validated, key=validated.get)])


def q3_best_single_seed(candidates, seeds, validate, open_test):
    "has the best single seed"
    best = {name: max(validate(name, seed) for seed in seeds) for name in candidates}
    return tested(max(best, key=best.get), seeds, open_test)


def q3_first_seed(candidates, seeds, validate, open_test):
    "Every candidate needs every seed"
    return tested(max(candidates, key=lambda name: validate(name, seeds[0])), seeds, open_test)


def q3_on_validation(candidates, seeds, validate, open_test):
    "contains the luck that made it win"
    validated = means(candidates, seeds, validate)
    return tested(max(validated, key=validated.get), seeds, validate)


def q3_opens_early(candidates, seeds, validate, open_test):
    "First all validation runs"
    baseline = [open_test("baseline", seed) for seed in seeds]
    validated = means(candidates, seeds, validate)
    return compare(baseline, [open_test(max(validated, key=validated.get), seed) for seed in seeds])


def q3_turned(candidates, seeds, validate, open_test):
    "The sign is turned"
    validated = means(candidates, seeds, validate)
    best = max(validated, key=validated.get)
    return compare(*[[open_test(recipe, seed) for seed in seeds] for recipe in (best, "baseline")])
