"""A text that a person selected, as a model is given it."""

from __future__ import annotations

from smysl.engine.search.selection import as_document
from smysl.engine.types import InputLimit

METHOD = """
    @cached
    def shrink_image(self, image):
        return image.scaled(0.5)
"""


def test_one_function_is_read_as_the_index_reads_it() -> None:
    document = "shrink_image: shrink image\n@cached\ndef shrink_image(self, image):\n    return image.scaled(0.5)"
    assert as_document(METHOD, None) == document


def test_a_class_is_read_by_its_outline() -> None:
    text = as_document(
        "class Picture:\n    def shrink(self):\n        return 1\n    def grow(self):\n        return 2\n", None
    )
    assert text.startswith("Picture: picture\n")
    assert "return 1" not in text


def test_anything_else_is_read_as_it_is() -> None:
    for text in ("x = shrink(image)", "def a():\n    pass\n\n\ndef b():\n    pass", "if (", "уменьшить картинку"):
        assert as_document(text, None) == text


def test_a_long_text_is_cut_to_what_the_model_takes() -> None:
    limit = InputLimit(20)
    for text in ("value = compute(value)\n" * 50, METHOD + "        image = image.again()\n" * 50):
        cut = as_document(text, limit)
        assert cut
        assert limit.cost(cut) <= limit.tokens
