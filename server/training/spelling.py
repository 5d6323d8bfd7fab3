"""How text becomes words before the model looks them up: cut identifiers, lower case, shorten Russian endings.

All of it is written into tokenizer.json as rules of the `tokenizers` library, so the product needs no code for it. The
same rules as functions are here for counting words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tokenizers import Regex, normalizers, pre_tokenizers

_CAMEL = (r"(?<=[a-zа-я0-9])(?=[A-ZА-Я])", r"(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = r"[a-z]+|[а-я]+|[0-9]{1,4}"

_ENDINGS = """
    а е и й о у ы ь ю я ая яя ое ее ие ые ой ей ий ый ого его ому ему ым им ых их ую юю ою ею ими ыми ам ям ах
    ях ами ями ов ев ом ем ем ия ию ии ью ья ие ием иям иях иями ией ений ения ению ение ением ениям ениях
    ениями аний ания анию ание анием аниям аниях аниями ость ости остью остей остям остями остях ать ять ить еть
    уть ывать ивать овать евать аться яться иться еться уться ываться иваться оваться ает яет ит ет ют ут ат ят
    ует уют ывает ивает ают яют ает ется ются ится ятся утся ается аются яется яются уется уются ал ала ало али
    ил ила ило или ел ела ели ыл ыла ули ул ула ался алась алось ались ился илась илось ились ывал ывали ивал
    ана ано аны ена ено ены анн анный анная анное анные анного анной анных анным анными анную енный енная енное
    енные енного енной енных енным енными енную ующий ующая ующее ующие ующего ующих ающий ающая ающее ающие
    ающего ающих яющий яющая яющие ируемый ируемая ируемые аемый аемая аемые уемый емый емая емые йте ите айте
    ируй уй ай ив ав ировать ировал ирован ировано ированный ирования ирование ирует ируют ируется ируются аем
    яем уем
"""
_STEM = f"(?<=[а-я][а-я][а-я])(?:{'|'.join(sorted(set(_ENDINGS.split()), key=lambda one: (-len(one), one)))})(?![а-я])"

_CAMEL_RULES = tuple(map(re.compile, _CAMEL))
_WORD_RULE = re.compile(_WORD)
_STEM_RULE = re.compile(_STEM)


def normalizer() -> normalizers.Normalizer:
    """The rules up to the cutting into words."""
    return normalizers.Sequence(
        [
            *(normalizers.Replace(Regex(rule), " ") for rule in _CAMEL),
            normalizers.Lowercase(),
            normalizers.Replace("ё", "е"),
            normalizers.Replace(Regex(_STEM), ""),
        ]
    )


def pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    """Words are runs of letters of one alphabet, or up to four digits; all else is nothing."""
    return pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True)


def words(text: str) -> list[str]:
    """The words of `text`, Russian ones with their endings."""
    for rule in _CAMEL_RULES:
        text = rule.sub(" ", text)
    return _WORD_RULE.findall(text.lower().replace("ё", "е"))


@lru_cache(maxsize=1 << 18)
def shortened(word: str) -> str:
    """A word of `words` without its Russian ending."""
    return _STEM_RULE.sub("", word)
