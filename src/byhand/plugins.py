"""What other packages add to byhand: recipes, data sources and corruptions, as entry points.

A package says in its pyproject.toml what it adds, by name; `docs/ecosystem.md` shows an example of each:

    [project.entry-points."byhand.recipes"]
    tiny = "their_package:TINY"

Nothing is looked for before somebody asks for a name that byhand itself does not have, and nothing is loaded but that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byhand.errors import ByhandError, reason_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

RECIPES, DATA_SOURCES, CORRUPTIONS = "byhand.recipes", "byhand.data_sources", "byhand.corruptions"


@dataclass(frozen=True)
class Plugin:
    """What a package adds.

    Attributes:
        name: what people ask for.
        package: who adds it.
        value: the object that the entry point names.
    """

    name: str
    package: str
    value: Any

    def error(self, what: str) -> ByhandError:
        """Say that something is wrong with it; `what` goes on after its name."""
        return ByhandError(
            f"'{self.name}', which the package {self.package} adds to byhand, {what}: update or uninstall that package."
        )


def plugin_names(group: str, own: Collection[str] = ()) -> list[str]:
    """The names that other packages add to a group, sorted; raises as `find_plugin`."""
    return sorted(_found(group, own))


def find_plugin(group: str, name: str, own: Collection[str] = ()) -> Plugin | None:
    """Load what a package has added under a name; None where none has.

    Args:
        group: `RECIPES`, `DATA_SOURCES` or `CORRUPTIONS`.
        name: what was asked for.
        own: the names in this group that byhand has itself.

    Raises:
        ByhandError: what was added cannot be loaded, or two packages, or byhand and a package, use the same name.
    """
    point = _found(group, own).get(name)
    if point is None:
        return None
    plugin = Plugin(name, _package(point), None)
    try:
        return Plugin(name, plugin.package, point.load())
    except Exception as error:  # whatever a stranger's module does while it is imported
        raise plugin.error(f"cannot be loaded ({type(error).__name__}: {reason_of(error)})") from error


def _found(group: str, own: Collection[str]) -> "dict[str, EntryPoint]":
    """The entry points of a group by name."""
    from importlib.metadata import entry_points  # 20 ms, which most never need

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = "byhand itself" if point.name in own else _package(found[point.name]) if point.name in found else None
        if other:
            raise ByhandError(
                f"The package {_package(point)} adds '{point.name}' to {group}, a name that {other} already uses: "
                f"uninstall {_package(point)}, or ask its authors for another name."
            )
        found[point.name] = point
    return found


def _package(point: "EntryPoint") -> str:
    return point.dist.name if point.dist else point.module
