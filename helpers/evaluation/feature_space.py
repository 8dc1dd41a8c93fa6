"""Look at what a network makes of a picture before its last layer decides."""

import torch
from torch import nn

from helpers.evaluation.guards import Loader
from helpers.evaluation.measure import predict


def features(model: nn.Module, loader: Loader, layer: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what comes into `layer` for all pictures of `loader`, in its order, as `predict` computes it.

    The layer is a part of the model that it uses once for each batch, such as ``model.fc``. A hook listens to it while
    `predict` runs. Features are float32 N x D, further dimensions flattened, labels int64 N, on the CPU.

    >>> model = nn.Sequential(nn.Flatten(), nn.ReLU(), nn.Linear(3, 2))
    >>> images = torch.tensor([[1.0, -2.0, 3.0]]).reshape(1, 3, 1, 1)
    >>> features(model, [(images, torch.tensor([1]))], layer=model[2])
    (tensor([[1., 0., 3.]]), tensor([1]))
    """
    if not any(part is layer for part in model.modules()):
        name = type(layer).__name__ if isinstance(layer, nn.Module) else repr(layer)
        raise ValueError(f"layer is {name}, no part of this {type(model).__name__}; pass one, such as model.fc.")
    seen = []

    def keep(_, inputs: tuple[torch.Tensor, ...]) -> None:
        seen.append(inputs[0].to("cpu", torch.float32, copy=True).flatten(1))  # a copy: the layer may work in place

    hook = layer.register_forward_pre_hook(keep)
    try:
        _, labels = predict(model, loader)
    finally:
        hook.remove()
    count = sum(map(len, seen))
    if count != len(labels):
        found = f"{type(layer).__name__} was given {count} inputs for {len(labels)} pictures"
        raise ValueError(f"{found}; pass a layer that the model uses once for each batch.")
    return torch.cat(seen).clone(), labels  # clone: as in `predict`


def nearest_neighbour_accuracy(features: torch.Tensor, labels: torch.Tensor, k: int = 5) -> float:
    """Return how often the `k` nearest other pictures, by majority, have the label of a picture (scikit-learn).

    It puts a number on what a map of the features (t-SNE) shows: whether pictures of a class lie together. `features`
    are N x D, or the N x 2 positions on a map; distances are Euclidean. Chance is the share of the largest class.

    >>> nearest_neighbour_accuracy(torch.tensor([[0.0], [0.1], [9.0], [9.1]]), torch.tensor([0, 0, 1, 1]), k=1)
    1.0
    """
    from sklearn.neighbors import KNeighborsClassifier

    if features.ndim != 2 or labels.shape != features.shape[:1]:
        found = f"features are {tuple(features.shape)} and labels {tuple(labels.shape)}"
        raise ValueError(f"{found}; give N x D features and N labels.")
    if labels.min() < 0:
        raise ValueError(f"a label is {int(labels.min())}, which is no class; leave out pictures without a label.")
    if not 1 <= k < len(labels):
        raise ValueError(f"k is {k} for {len(labels)} pictures; take 1 to {len(labels) - 1}.")
    # scored on None, scikit-learn takes the fitted points and leaves each out of its own neighbours
    return float(KNeighborsClassifier(k).fit(features, labels).score(None, labels))
