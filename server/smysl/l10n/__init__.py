"""What a person reads, in English and Russian."""

from smysl.l10n.translation import LANGUAGES, Language, language_from_locale, template_in, text, translate

__all__ = ["LANGUAGES", "Language", "language_from_locale", "template_in", "text", "translate"]
