"""The networks of the course: plain modules, each small enough to read in one sitting."""

import torch
from torch import nn


class VehicleNet(nn.Module):
    """Tell emergency vehicles from ordinary ones with two convolutions and a linear layer.

    The skeleton of the source article, in its order: per block ``Conv 3x3, ReLU, [BatchNorm], MaxPool 2, [Dropout]``,
    blocks of 16 and 32 channels, then ``Linear``. With the defaults it is the article's baseline; `dropout=0.5` and
    `batch_norm=True` switch its two techniques on. The last three arguments are the dials of notebooks 02 and 04.

    Args:
        image_size: Height and width of the pictures in pixels; two halvings must leave at least one pixel a block.
        dropout: Share of activations dropped after each pooling, 0 <= p < 1.
        batch_norm: Normalise after each ReLU.
        dense_dropout: Share dropped before each linear layer, 0 <= p < 1.
        channels: Output channels of each convolution; one block an entry.
        hidden: Units of one more linear layer before the last; 0 for none.

    Raises:
        ValueError: A size or a share is out of range.

    Example:
        >>> VehicleNet(image_size=64)(torch.zeros(5, 3, 64, 64)).shape
        torch.Size([5, 2])
    """

    def __init__(
        self,
        *,
        image_size: int = 224,
        dropout: float = 0.0,
        batch_norm: bool = False,
        dense_dropout: float = 0.0,
        channels: tuple[int, ...] = (16, 32),
        hidden: int = 0,
    ) -> None:
        super().__init__()
        side = image_size // 2 ** len(channels)
        if side < 1:
            raise ValueError(
                f"image_size is {image_size}, too small for {len(channels)} poolings; "
                f"take at least {2 ** len(channels)} pixels."
            )
        for name, share in (("dropout", dropout), ("dense_dropout", dense_dropout)):
            if not 0 <= share < 1:
                raise ValueError(f"{name} is {share}; take a share from 0 to below 1.")

        layers: list[nn.Module] = []
        inputs = 3
        for outputs in channels:
            layers += [nn.Conv2d(inputs, outputs, kernel_size=3, padding=1), nn.ReLU()]
            if batch_norm:
                layers.append(nn.BatchNorm2d(outputs))
            layers.append(nn.MaxPool2d(2))
            if dropout:
                layers.append(nn.Dropout(dropout))
            inputs = outputs
        self.features = nn.Sequential(*layers)

        head: list[nn.Module] = []
        inputs = inputs * side * side
        if hidden:
            head += [nn.Dropout(dense_dropout)] if dense_dropout else []
            head += [nn.Linear(inputs, hidden), nn.ReLU()]
            inputs = hidden
        head += [nn.Dropout(dense_dropout)] if dense_dropout else []
        self.classifier = nn.Sequential(*head, nn.Linear(inputs, 2))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits, N x 2, for images N x 3 x H x W in [0, 1]."""
        return self.classifier(self.features(images).flatten(1))
