"""Words that carry no meaning of their own: the grammar that a question is wrapped in, and Python's own.

They are left out of prose, of code and of questions, and stay in names, where `find_all`, `to_json` and `is_not` mean
what they say. Whatever tells one function from its opposite is no stop word: before and after, up and down, on and
off, not, all, any; nor are the verbs and nouns of the trade, since each of them may be what is sought.
"""

from __future__ import annotations

_PYTHON = "self cls def return if else elif for in is and or as pass none true false"

_ENGLISH = """
a an the this that these those there here it its of to from by with at be being been are was were am do does did done
doing has have had having can could should would will shall may might must what which who whom whose when where why how
we our us you your i me my they them their he she his her such than then too very just also but nor about want need let
lets please
"""

_RUSSIAN = """
и в во что он на я с со как а то она так его но да ты к у же вы за бы по ее мне было вот от меня еще о из ему теперь
когда даже ну ли если уже или ни быть был него вас нибудь опять уж вам ведь там потом себя ей может они тут где есть
надо ней для мы тебя их чем была сам чтоб чтобы будто чего тоже себе будет ж тогда кто этот того потому этого какой
ним здесь этом почти мой тем сейчас были куда зачем можно при об хоть тот эти нас про них какая эту моя свою этой
такой им конечно это эта нужно нужен нужна наш наша наше наши нам нами мной который которая которое которые которую
которого которой которых каким какие какое каких какую этих этим этому свой своя свое свои пока либо именно просто
также откуда почему сколько происходит делает делается
"""

STOP_WORDS: frozenset[str] = frozenset(f"{_PYTHON} {_ENGLISH} {_RUSSIAN}".split())
"""Lower case, ё written as е."""
