"""A comparison of models as one HTML file that needs nothing else: no network, no script, light and dark."""

from smysl.evaluation.page.document import write_html

__all__ = ["write_html"]
