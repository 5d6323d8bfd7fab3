"""The cart of a customer."""


class Cart:
    def __init__(self) -> None:
        self.lines: list[tuple[str, int, float]] = []

    def add(self, article: str, count: int, price: float) -> None:
        """Put an article into the cart."""
        self.lines.append((article, count, price))

    def total(self, discount: float = 0.0) -> float:
        """What the customer pays, after the discount."""
        return sum(count * price for _, count, price in self.lines) * (1 - discount)
