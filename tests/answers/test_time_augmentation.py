"""Answers to the exercises of notebook 08. The docstring of a wrong one is what its message must say."""

import torch

from helpers import compare, evaluate, predict


def right_q1_stacked(model, images, views):
    passes = torch.cat([images, *[view(images.clone()) for view in views]])
    return model(passes).softmax(1).view(1 + len(views), len(images), -1).mean(0)


def right_q1_numpy(model, images, views):
    looks = [lambda batch: batch, *views]
    return sum(model(look(images.clone())).double().softmax(1).numpy() / len(looks) for look in looks)


def q1_mean_of_logits(model, images, views):
    "softmax of the mean logits"
    passes = [model(images)] + [model(view(images.clone())) for view in views]
    return torch.stack(passes).mean(0).softmax(1)


def q1_no_identity(model, images, views):
    "The unchanged pictures are missing"
    return sum(model(view(images.clone())).softmax(1) for view in views) / len(views)


def q1_votes(model, images, views):
    "shares of votes"
    passes = [model(images)] + [model(view(images.clone())) for view in views]
    return torch.stack([torch.eye(one.shape[1])[one.argmax(1)] for one in passes]).mean(0)


def q1_running_halves(model, images, views):
    "Halving after each view"
    mean = model(images).softmax(1)
    for view in views:
        mean = (mean + model(view(images.clone())).softmax(1)) / 2
    return mean


def q1_no_copy(model, images, views):
    "give each view a copy"
    return (model(images).softmax(1) + sum(model(view(images)).softmax(1) for view in views)) / (1 + len(views))


def q1_no_copy_picture_last(model, images, views):
    "give each view a copy"
    return (sum(model(view(images)).softmax(1) for view in views) + model(images).softmax(1)) / (1 + len(views))


def q1_rows_mixed_up(model, images, views):
    "Different pictures were averaged"
    passes = torch.cat([images, *[view(images.clone()) for view in views]])
    return model(passes).softmax(1).view(len(images), 1 + len(views), -1).mean(1)


def q1_one_too_few(model, images, views):
    "by the number of views"
    return right_q1_stacked(model, images, views) * (1 + len(views)) / len(views)


def right_q2_evaluate(model, loader, view):
    return evaluate(model, loader, views=[view]).accuracy


def right_q2_kept_batches(model, loader, view):
    batches = list(loader)
    first, labels = predict(model, batches)
    second, _ = predict(model, [(view(images), classes) for images, classes in batches])
    return ((first.softmax(1) + second.softmax(1)).argmax(1) == labels).double().mean()


def q2_as_found(model, loader, view):
    "each time the pictures come in another order"
    first, labels = predict(model, loader)
    second, _ = predict(model, ((view(images), classes) for images, classes in loader))
    mean = (first.softmax(1) + second.softmax(1)) / 2
    return (mean.argmax(1) == labels).double().mean().item()


def q2_labels_of_the_second_pass(model, loader, view):
    "each time the pictures come in another order"
    first, _ = predict(model, loader)
    second, labels = predict(model, ((view(images), classes) for images, classes in loader))
    return ((first.softmax(1) + second.softmax(1)).argmax(1) == labels).double().mean().item()


def q2_no_view(model, loader, view):
    "the model without its view"
    logits, labels = predict(model, loader)
    return (logits.argmax(1) == labels).double().mean().item()


def q2_view_alone(model, loader, view):
    "the view alone"
    logits, labels = predict(model, ((view(images), classes) for images, classes in loader))
    return (logits.argmax(1) == labels).double().mean().item()


def q2_batch_means(model, loader, view):
    "the mean of the batches' accuracies"
    parts = [evaluate(model, [batch], views=[view]).accuracy for batch in loader]
    return sum(parts) / len(parts)


def q2_count(model, loader, view):
    "divide by the number of pictures"
    return evaluate(model, loader, views=[view]).correct.sum()


def right_q3_all_tests_first(measure, names):
    valid = {name: measure("valid", name) for name in names}
    tests = {name: compare(valid[names[0]], valid[name]) for name in names}
    good = [name for name in names if tests[name].real and tests[name].p_value < 0.01 and tests[name].difference > 0]
    name = (good or names)[0]
    return [name, measure("test", name)]


def _chosen(measure, names, *, on="valid", low=0.0, level=0.01, last=False):
    first, good = measure(on, names[0]), []
    for name in names[1:]:
        test = compare(first, measure(on, name))
        if test.difference > low and test.p_value < level:
            good.append(name)
    return (good or names[:1])[-1 if last else 0]


def q3_on_test(measure, names):
    "You chose on the test pictures"
    name = _chosen(measure, names, on="test")
    return name, measure("test", name)


def q3_largest_on_test(measure, names):
    "You chose on the test pictures"
    name = max(names, key=lambda one: measure("test", one).accuracy)
    return name, measure("test", name)


def q3_largest(measure, names):
    "the largest of several noisy accuracies"
    name = max(names, key=lambda one: measure("valid", one).accuracy)
    return name, measure("test", name)


def q3_no_sign(measure, names):
    "This set is worse"
    name = _chosen(measure, names, low=-1)
    return name, measure("test", name)


def q3_five_percent(measure, names):
    "below 0.05, not below 0.01"
    name = _chosen(measure, names, level=0.05)
    return name, measure("test", name)


def q3_last_that_passes(measure, names):
    "stands first in `names`"
    name = _chosen(measure, names, last=True)
    return name, measure("test", name)


def q3_first_set_always(measure, names):
    "compare each with the first set"
    return names[0], measure("test", names[0])


def q3_all_on_test(measure, names):
    "opened once"
    table = {name: measure("test", name) for name in names}
    name = _chosen(measure, names)
    return name, table[name]


def q3_returns_validation(measure, names):
    "on 'test'"
    name = _chosen(measure, names)
    return name, measure("valid", name)
