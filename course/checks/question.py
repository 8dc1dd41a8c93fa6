"""What a question of an exercise is: a check in three states, two hints, and a solution."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from course.checks.packed import SOLUTIONS, unpack

if TYPE_CHECKING:
    from helpers.evaluation import Comparison

NOT_ATTEMPTED, WRONG, RIGHT = "not attempted", "wrong", "right"
SIGNS = {NOT_ATTEMPTED: ("&#9675;", "#8a8a8a"), WRONG: ("&#10007;", "#d55e00"), RIGHT: ("&#10003;", "#009e73")}


class WrongAnswer(Exception):
    """What a check raises: what it got, what it expected, and what to try.

    Args:
        got: What the answer gave, a clause without a full stop.
        expected: What a right answer gives for the same input.
        hint: What to try.

    Example:
        >>> print(WrongAnswer("it returned 0.5", "0.75 (6 of 8 right)", "Count pictures, not batches"))
        it returned 0.5; expected: 0.75 (6 of 8 right). Count pictures, not batches.
    """

    def __init__(self, got: str, expected: str, hint: str) -> None:
        super().__init__(f"{got}; expected: {expected}. {hint}{'' if hint.endswith('?') else '.'}")


@dataclass(frozen=True)
class Verdict:
    """What a check says; a cell that ends with it shows it.

    Attributes:
        question: Which question.
        state: "not attempted", "wrong" or "right".
        text: What was found and what to try, in sentences.

    Example:
        >>> Verdict("baseline, question 1", "right", "Every picture counts alike.")
        baseline, question 1: right. Every picture counts alike.
        >>> "<code>reshape</code> &lt;" in Verdict("question", "wrong", "`reshape` <")._repr_html_()
        True
    """

    question: str
    state: str
    text: str

    def __repr__(self) -> str:
        return f"{self.question}: {self.state}. {self.text}"

    def _repr_html_(self) -> str:
        # A sign and a word say the state, the colour only repeats it; text keeps the page's colours, light or dark.
        sign, edge = SIGNS[self.state]
        said = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.text)).replace("\n", "<br>")
        return (
            f'<div style="border-left: 4px solid {edge}; padding: 2px 10px">{sign} {html.escape(self.question)}: '
            f"<b>{self.state}</b>. {said}</div>"
        )


class OpenQuestion:
    """A question that no check can judge; it answers like the others, so that nobody is left with an error.

    Example:
        >>> OpenQuestion("baseline, question 4")("my answer").text
        'This question is open: no check can read an answer. The solution sheet says what each point is for.'
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *answers: Any) -> Verdict:
        """Return a verdict that says so."""
        said = "This question is open: no check can read an answer. The solution sheet says what each point is for."
        return Verdict(self.name, NOT_ATTEMPTED, said)

    def hint(self) -> "Text":
        """Return how to go about it."""
        return Text("1. Name the number or cell of the lecture that your answer rests on, and what would refute it.")

    def solution(self) -> "Text":
        """Return where the answer is."""
        return Text("Open question: ask your instructor for the solution sheet.")


class Text(str):
    """Text that a cell shows as it is, without quotes and with its line breaks."""

    __repr__ = str.__str__


class Question:
    """A question: call it with your answer; ask for `hint()`, twice if need be; `solution()` comes last.

    Args:
        check: Takes the answer or answers and a NumPy random generator, anew each time; returns nothing where the
            answer is right, and raises `WrongAnswer` where it is not. Its name and module name the question.
        hints: Two, the gentler one first.
        praise: What a right answer shows.

    Example:
        >>> @question(hints=("Read it aloud.", "Multiply by two."), praise="Any number is doubled.")
        ... def q1(answer, random):
        ...     given = int(random.integers(2, 9))
        ...     if answer(given) != 2 * given:
        ...         raise WrongAnswer(f"for {given} it returned {answer(given)}", f"{2 * given}", "Multiply")
        >>> q1(lambda x: x + 1).state, q1(lambda x: 2 * x).text
        ('wrong', 'Any number is doubled.')
        >>> q1.hint()
        1. Read it aloud.
        >>> q1.hint()
        1. Read it aloud.
        2. Multiply by two.
    """

    def __init__(self, check: Callable[..., None], hints: tuple[str, str], praise: str) -> None:
        self.check, self.hints, self.praise = check, hints, praise
        self.name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        self._given = 0

    def __call__(self, *answers: Any) -> Verdict:
        """Return the verdict on an answer. Whatever the answer does, the notebook goes on."""
        if not answers or any(answer is None or answer is Ellipsis for answer in answers):
            return self._verdict(NOT_ATTEMPTED, "Write your answer above, run its cell, and run this one again.")
        random = np.random.default_rng()
        kept = torch.get_rng_state()  # the notebook's own random numbers go on as if there had been no check
        torch.manual_seed(int(random.integers(2**63)))  # or a second call would draw what the first one drew
        try:
            self.check(*answers, random)
        except NotImplementedError:
            text = "Replace `raise NotImplementedError` above, run its cell, and run this one again."
            return self._verdict(NOT_ATTEMPTED, text)
        except WrongAnswer as error:
            return self._verdict(WRONG, str(error))
        except Exception as error:  # what an answer raises is told like any other mistake
            said = f"{type(error).__name__}: {error}".rstrip(".")
            return self._verdict(WRONG, f"your code stopped with {said}{_place(error)}.")
        finally:
            torch.set_rng_state(kept)
        return self._verdict(RIGHT, self.praise)

    def hint(self) -> "Text":
        """Return the first hint, and from the second call on both."""
        self._given = min(self._given + 1, len(self.hints))
        return Text("\n".join(f"{number}. {hint}" for number, hint in enumerate(self.hints[: self._given], start=1)))

    def solution(self) -> "Text":
        """Return one right answer, as source code."""
        return Text(unpack(json.loads(SOLUTIONS.read_text(encoding="utf-8"))[self.name]))

    def _verdict(self, state: str, text: str) -> Verdict:
        title = self.name.replace("_", " ").replace(".q", ", question ")
        return Verdict(title, state, text[:1].upper() + text[1:])


def question(*, hints: tuple[str, str], praise: str) -> Callable[[Callable[..., None]], Question]:
    """Make a question of a function that checks an answer; see `Question`.

    Args:
        hints: Two, the gentler one first.
        praise: What a right answer shows.

    Returns:
        A decorator.
    """
    return lambda check: Question(check, hints, praise)


def number(value: Any, what: str = "your function") -> float:
    """Return what should be a single number as a float: a Python, NumPy or torch number, of any precision.

    Args:
        value: What the answer returned.
        what: Who returned it, for the message.

    Returns:
        The number.

    Raises:
        WrongAnswer: It is something else.

    Example:
        >>> number(torch.tensor([0.5], dtype=torch.float64))
        0.5
    """
    if value is None:
        raise WrongAnswer(f"{what} returned None", "a number", "Does it end with `return`?")
    if isinstance(value, str):
        raise WrongAnswer(
            f"{what} returned the text {brief(value)}", "a number", "Make a number of it: `int` or `float`"
        )
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise WrongAnswer(f"{what} returned {brief(value)}", "a single number", "Return one value") from error


def tensor(
    value: Any,
    shape: tuple[int, ...],
    what: str = "your function",
    hint: str = "Print the shape after each step, and find the step that changes it",
) -> torch.Tensor:
    """Return what should be an array of this shape as a float64 tensor, whatever its type and precision.

    Args:
        value: What the answer returned.
        shape: The shape that it must have.
        what: Who returned it, for the message.
        hint: What to try where the shape is another one.

    Returns:
        The values, on the CPU.

    Raises:
        WrongAnswer: It is no array, or has another shape.

    Example:
        >>> tensor([[1, 2]], (1, 2))
        tensor([[1., 2.]], dtype=torch.float64)
    """
    if value is None:
        raise WrongAnswer(f"{what} returned None", f"a tensor of shape {shape}", "Does it end with `return`?")
    try:
        found = torch.as_tensor(value).detach().cpu().double()
    except (TypeError, ValueError, RuntimeError) as error:
        raise WrongAnswer(f"{what} returned {brief(value)}", f"a tensor of shape {shape}", "Return numbers") from error
    if tuple(found.shape) != shape:
        raise WrongAnswer(f"{what} returned the shape {tuple(found.shape)}", f"{shape}", hint)
    return found


def same_comparison(got: Any, expected: "Comparison") -> bool:
    """Return whether an answer says what a right call of `compare` says.

    Args:
        got: What the answer returned, whatever it is.
        expected: What `compare` returns for the right input.

    Returns:
        True if difference and p-value agree up to rounding.

    Example:
        >>> same_comparison("better", None)
        False
    """
    return all(
        hasattr(got, name) and abs(getattr(got, name) - getattr(expected, name)) < 1e-6
        for name in ("difference", "p_value")
    )


def brief(value: Any) -> str:
    """Return a value in a few words, for a message.

    Example:
        >>> brief(torch.zeros(2, 3)), brief([1, 2]), brief("x" * 99)
        ('a tensor of shape (2, 3)', '[1, 2]', "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...")
    """
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim:
        return f"{'a tensor' if isinstance(value, torch.Tensor) else 'an array'} of shape {tuple(value.shape)}"
    said = repr(value)
    return said if len(said) <= 42 else f"{said[:39]}..."


def _place(error: Exception) -> str:
    """Return the line of the notebook cell in which an answer stopped, if there is one."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename.startswith("<ipython") or "ipykernel" in step.tb_frame.f_code.co_filename:
            line = step.tb_lineno
        step = step.tb_next
    return f" (line {line} of the cell)" if line else ""
