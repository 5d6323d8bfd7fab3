from __future__ import annotations

from pathlib import Path

from smysl.evaluation.units import UnitFinder, units_of_source, units_of_tree

SOURCE = '''
class Shape:
    """A shape."""

    @property
    def area(self):
        def helper():
            pass
        return helper()

    @area.setter
    def area(self, value):
        pass

if True:
    async def load(): pass
else:
    def load(): pass
'''


def test_units_are_named_by_path_and_qualified_name_and_numbered_in_order_of_position() -> None:
    assert [(unit.id, unit.line) for unit in units_of_source(SOURCE, "a/b.py")] == [
        ("a/b.py::Shape", 2),
        ("a/b.py::Shape.area", 6),
        ("a/b.py::Shape.area.helper", 7),
        ("a/b.py::Shape.area#2", 12),
        ("a/b.py::load", 16),
        ("a/b.py::load#2", 18),
    ]


def test_a_file_that_cannot_be_parsed_has_no_units() -> None:
    assert units_of_source("def broken(:\n", "a.py") == ()
    assert units_of_source("x = 1\0", "a.py") == ()


def test_a_hit_is_found_by_name_and_nearest_line() -> None:
    finder = UnitFinder(units_of_source(SOURCE, "a.py"))
    assert finder.find("a.py", "Shape.area", 6) == "a.py::Shape.area"
    assert finder.find("a.py", "Shape.area", 12) == "a.py::Shape.area#2"
    assert finder.find("a.py", "Shape.area", 11) == "a.py::Shape.area#2"
    assert finder.find("a.py", "a", 1) is None
    assert finder.find("b.py", "Shape", 2) is None


def test_a_tree_is_read_in_a_fixed_order_under_its_roots_only(tmp_path: Path) -> None:
    for name in ("pkg/z.py", "pkg/a/x.py", "pkg/b.py", "other/o.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def f(): pass\n")
    (tmp_path / "pkg/notes.txt").write_text("def f(): pass\n")
    assert [unit.id for unit in units_of_tree(tmp_path, ["pkg"])] == [
        "pkg/b.py::f",
        "pkg/z.py::f",
        "pkg/a/x.py::f",
    ]
