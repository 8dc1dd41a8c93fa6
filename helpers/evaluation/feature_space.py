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
