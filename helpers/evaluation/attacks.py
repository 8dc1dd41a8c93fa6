"""Pictures made to mislead a classifier: what it takes to make it wrong."""

import torch
from torch import nn

from helpers.evaluation.measure import evaluation_mode


def pgd(
    model: nn.Module, images: torch.Tensor, labels: torch.Tensor, *, epsilon: float = 8 / 255, step: float = 2 / 255,
    steps: int = 10, random_start: bool = False,
) -> torch.Tensor:  # fmt: skip
    """Change each pixel by at most `epsilon`, so that the loss rises (projected gradient descent, Madry et al., 2018).

    Args:
        model: Maps images to logits; used in evaluation mode and left in the mode and with the gradients it had.
        images: float32 N x 3 x H x W in [0, 1], as are the adversarial pictures that it returns.
        labels: int64 N.
        epsilon: Largest change of a pixel; 8/255 can hardly be seen, the article's 0.3 cannot be missed.
        step: Change in each of `steps` steps.
        steps: How many.
        random_start: Begin at a random point within `epsilon` instead of at the picture.

    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    >>> picture = torch.full((1, 3, 1, 1), 0.5)
    >>> change = pgd(model, picture, torch.tensor([0]), epsilon=0.1, step=0.1, steps=1) - picture
    >>> round(change.abs().max().item(), 4)
    0.1
    """
    adversarial = images.clone()
    if random_start:
        adversarial = (adversarial + torch.empty_like(images).uniform_(-epsilon, epsilon)).clamp(0, 1)
    with evaluation_mode(model):
        for _ in range(steps):
            adversarial.requires_grad_()
            loss = nn.functional.cross_entropy(model(adversarial), labels)
            (gradient,) = torch.autograd.grad(loss, adversarial)  # with respect to the pixels, not to the weights
            with torch.no_grad():
                uphill = adversarial + step * gradient.sign()  # a step that raises the loss
                near = uphill.clamp(images - epsilon, images + epsilon)  # back to within epsilon of the picture
                adversarial = near.clamp(0, 1)  # back to a picture
    return adversarial.detach()
