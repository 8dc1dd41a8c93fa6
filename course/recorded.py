"""Training steps of small networks on a GPU, recorded once and replayed."""

import warnings

import torch
from torch import nn

from helpers import runtime


class Replayed:
    """A model in training mode whose forward and backward pass are recorded at the first batch, as CUDA graphs.

    Replaying them launches all of their kernels at once; one by one, launching takes longer than the work in a small
    network (`make bench ARGS=gpu_speed` times both). Batches of another shape are computed as usual. The model must do
    the same for every batch, whatever its numbers.

    Args:
        model: On a CUDA GPU, where it stays; what was recorded reads its weights where they lie now.
        precision: That of the autocast context in which it is called.

    It is the `forward` of `fit`.
    """

    def __init__(self, model: nn.Module, precision: runtime.Precision) -> None:
        self.model, self.dtype, self.shape = model, precision.dtype, None

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits of a batch."""
        if self.shape is None:
            self._record(images)
        return self.replay(images) if images.shape == self.shape else self.model(images)

    def _record(self, images: torch.Tensor) -> None:
        buffers, drawn = [buffer.clone() for buffer in self.model.buffers()], torch.cuda.get_rng_state()
        half = self.dtype != torch.float32
        with torch.autocast("cuda", self.dtype if half else None, enabled=half, cache_enabled=False):
            self.replay = torch.cuda.make_graphed_callables(nn.Sequential(self.model), (images.clone(),))
        # The gradients' nodes stay on the stream of the recording; each backward pass waits for it, which is meant.
        warnings.filterwarnings("ignore", "The AccumulateGrad node's stream does not match", UserWarning)
        torch.cuda.set_rng_state(drawn)
        for buffer, before in zip(self.model.buffers(), buffers, strict=True):
            buffer.copy_(before)  # batch norm saw the batch more than once
        self.shape = images.shape


def recorded(model: nn.Module) -> Replayed | None:
    """Move a model to the GPU and return what records it there; None where there is no CUDA GPU.

    Args:
        model: Any that does the same for every batch.

    Example:
        >>> recorded(nn.Linear(2, 2)) is None or torch.cuda.is_available()
        True
    """
    on = runtime.device()
    if on.type != "cuda":
        return None
    return Replayed(model.to(on, memory_format=runtime.memory_format(on)), runtime.choose_precision(on=on))
