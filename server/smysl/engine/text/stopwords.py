"""Words that carry no meaning of their own, in code, in English and in Russian: neither indexed nor searched.

They are function words and the words a question is wrapped in («где у нас», "the function that"); verbs and nouns of
the trade stay, since in a search for code each of them may be what is sought.
"""

from __future__ import annotations

_PYTHON = "self cls def return if else elif for in is not and or as pass none true false"

_ENGLISH = """
a an the this that these those there here it its of to from by with without on at into onto be been being are was were
am do does did done doing has have had having can could should would will shall may might must what which who whom whose
when where why how we our us you your i me my they them their he she his her some any each every all both so such than
then too very just only also if but nor about between through during before after above below up down out off over under
again further once please want need find show let lets
"""

_RUSSIAN = """
и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня еще нет о
из ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь опять уж вам ведь там потом себя ничего ей
может они тут где есть надо ней для мы тебя их чем была сам чтоб чтобы без будто чего раз тоже себе под будет ж тогда
кто этот того потому этого какой совсем ним здесь этом один почти мой тем сейчас были куда зачем всех можно при об хоть
после над больше тот через эти нас про них какая много разве эту моя свою этой перед иногда лучше чуть том нельзя такой
им более всегда конечно всю между это эта нужно нужен нужна наш наша наше наши нам нами мной который которая которое
которые которую которого которой которых каким какие какое каких какую это этих этим этому одна одно одну свой своя свое
свои пока либо именно просто также затем откуда почему сколько найти покажи показать происходит делает делается
"""

STOP_WORDS: frozenset[str] = frozenset(f"{_PYTHON} {_ENGLISH} {_RUSSIAN}".split())
"""Lower case, ё written as е."""
