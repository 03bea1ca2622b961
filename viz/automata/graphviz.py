"""Pictures that Graphviz draws: PDF, PNG and the rest, where the program `dot` is installed."""

from typing import Any

from viz.automata.dot import to_dot
from viz.automata.drawing import ArcSize, ArcText
from viz.errors import VizError
from wfsa import WFSA, Semiring


def render(
    automaton: WFSA,
    kind: str = "pdf",
    title: str = "",
    before: WFSA | None = None,
    text: ArcText | None = None,
    size: ArcSize | None = None,
    K: Semiring[Any] | None = None,
) -> bytes:
    """The automaton in any format of Graphviz ("pdf", "png", "ps", …); other args as in `viz.draw`.

    `viz.to_svg` needs no Graphviz.

    Raises:
        VizError: `dot` is not installed, or knows no such format.
    """
    import graphviz  # here, since nothing else needs it

    try:
        drawn = graphviz.Source(to_dot(automaton, title, before, text, size, K)).pipe(format=kind)
    except graphviz.ExecutableNotFound:
        raise VizError(
            f"the program dot of Graphviz must be installed for {kind} (got none); apt-get install graphviz, or use "
            "viz.to_svg, which needs nothing."
        ) from None
    except (ValueError, graphviz.CalledProcessError) as error:
        raise VizError(f"Graphviz must know the format (got {kind!r}: {str(error)[:200]}).") from None
    return bytes(drawn)
