"""The stages of the training as commands, in the order of their use."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.console import Console
from rich.progress import track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words: TypeAlias = NDArray[np.int32]

app = typer.Typer(help="Make the built-in model, stage by stage.", no_args_is_help=True, add_completion=False)
console = Console(stderr=True)

Data = Annotated[Path, typer.Option(help="Where the stages keep what they make.")]
Mirrors = Annotated[Path | None, typer.Option(help="Bare repositories, as owner+name/repo; by default DATA/mirrors.")]
Seed = Annotated[int, typer.Option(help="The seed of all that is chosen by chance.")]
Jobs = Annotated[int, typer.Option(help="Processes.")]

DATA = Path("training-data")
PRODUCT = Path(__file__).parents[1] / "smysl" / "data"
ARTEFACT = PRODUCT / "builtin"
HAND = PRODUCT / "lexicon_hand.tsv"
LEARNT = Path(__file__).with_name("learnt.npz")


@app.command()
def collect(
    data: Data = DATA,
    mirrors: Mirrors = None,
    jobs: Annotated[int, typer.Option(help="Downloads at once.")] = 4,
) -> None:
    """Fetch the repositories and packages of sources.tsv, and the packages that are kept for measuring."""
    from training.collect import download, fetch, has
    from training.sources import read_excluded, read_sources

    repositories, archives, excluded = mirrors or data / "mirrors", data / "archives", data / "excluded"
    for folder in (archives, excluded):
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(download, one.package, excluded): one.package for one in read_excluded()}
        for source in read_sources():
            if not has(source, mirrors=repositories, archives=archives):
                waiting[pool.submit(fetch, source, mirrors=repositories, archives=archives)] = source.name
        for _ in track(as_completed(waiting), "collect", total=len(waiting), console=console):
            pass
    failed = [f"{name}: {error}" for done, name in waiting.items() if (error := done.exception()) is not None]
    for line in failed:
        console.print(line)
    if failed:
        console.print(f"{len(failed)} could not be fetched; the next stage does without those that are not kept aside.")


@app.command()
def sample(
    into: Annotated[Path, typer.Argument(help="The folder for sample-1.jsonl, sample-2.jsonl and so on.")],
    data: Data = DATA,
    mirrors: Mirrors = None,
    count: Annotated[int, typer.Option(help="Functions.")] = 4_500,
    parts: Annotated[int, typer.Option(help="Files they are spread over.")] = 3,
    most: Annotated[int, typer.Option(help="Functions of one source.")] = 12,
    seed: Seed = 0,
    jobs: Jobs = 2,
) -> None:
    """Choose functions that questions are to be written for, and have none yet."""
    from training.asking import functions_to_ask_about, spread, write_shown
    from training.harvesting import kept_for_measuring
    from training.questions import read_questions
    from training.sources import read_sources

    kept = kept_for_measuring(data / "excluded")
    shown = []
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [
            pool.submit(functions_to_ask_about, source, mirrors or data / "mirrors", data, kept, seed=seed, most=most)
            for source in read_sources()
        ]
        for one in track(waiting, "sample", console=console):
            shown += one.result()
    asked = {question.mark for questions in read_questions().values() for question in questions}
    chosen = spread((one for one in shown if one.mark not in asked), count, seed)
    into.mkdir(parents=True, exist_ok=True)
    size = -(-len(chosen) // parts)
    for part in range(parts):
        write_shown(chosen[part * size : (part + 1) * size], into / f"sample-{part + 1}.jsonl")
    console.print(f"{len(chosen)} functions, {sum(one.russian for one in chosen)} of them described in Russian")


@app.command()
def questions(
    samples: Annotated[list[Path], typer.Option("--sample", help="What `sample` wrote; may be given several times.")],
    answers: Annotated[list[Path], typer.Option("--answers", help="What was written: lines {id, ru: […], en: […]}.")],
) -> None:
    """Keep the questions that were written for the functions of `sample`, beside those that are there."""
    from training.questions import QUESTIONS, read_questions, write_questions, written

    kept = [question for questions in read_questions().values() for question in questions]
    count = write_questions([*kept, *written(samples, answers)], QUESTIONS)
    console.print(f"{count} questions in {QUESTIONS.name}")


@app.command()
def pairs(
    parallel: Annotated[Path, typer.Option(help="Sentence pairs: JSON lines {src, ru, en}, may be gzipped.")],
    data: Data = DATA,
    mirrors: Mirrors = None,
    seed: Seed = 0,
    jobs: Jobs = 2,
    files: Annotated[int, typer.Option(help="Files of one source that are not in Russian.")] = 2_500,
    only_questions: Annotated[bool, typer.Option(help="Leave the other rows as they are.")] = False,
) -> None:
    """Cut all sources into functions, and pair what was said about each with its code."""
    from training.fingerprints import write_record
    from training.harvesting import harvest_source, kept_for_measuring
    from training.parallel import read_parallel
    from training.questions import beside_code, read_questions
    from training.rows import write_rows
    from training.sources import read_sources

    kept = kept_for_measuring(data / "excluded")
    repositories, sources, asked = mirrors or data / "mirrors", read_sources(), read_questions()
    with ProcessPoolExecutor(jobs) as pool:
        beside = [
            pool.submit(beside_code, source, asked[source.key], repositories, data, kept)
            for source in sources
            if source.key in asked
        ]
        found = [one.result() for one in track(beside, "questions", console=console)]
        count = write_rows((row for one in found for row in one.rows), data / "rows" / "questions.jsonl")
        console.print(f"{count} of {sum(map(len, asked.values()))} questions")
        write_record(set().union(*(one.marks for one in found)), data / "learnt-questions.npz")
        if only_questions:
            return
        marks: set[int] = set()
        figures: dict[str, dict[str, int]] = {}
        waiting = {
            pool.submit(harvest_source, one, repositories, data, kept, seed=seed, files=files): one for one in sources
        }
        for done in track(as_completed(waiting), "pairs", total=len(waiting), console=console):
            learnt, figures[waiting[done].key] = done.result()
            marks |= learnt
    write_record(marks, data / "learnt.npz")
    (data / "pairs.json").write_text(json.dumps(figures, indent=1, sort_keys=True), encoding="utf-8")
    count = write_rows(read_parallel(parallel), data / "sentences.jsonl")
    console.print(
        f"{sum(one['rows'] for one in figures.values())} rows, {count} sentence pairs, {len(marks)} functions"
    )


@app.command()
def tokenizer(
    data: Data = DATA,
    hand: Annotated[Path, typer.Option(help="The hand-written lexicon.")] = HAND,
    size: Annotated[int, typer.Option(help="Words and pieces.")] = 36_000,
    most: Annotated[int, typer.Option(help="Rows of one source.")] = 6_000,
    seed: Seed = 0,
    keep: Annotated[Path | None, typer.Option(help="A tokenizer.json to go on with instead of a new one.")] = None,
) -> None:
    """Count words, make the vocabulary, and turn all rows into numbers."""
    from training.encoding import at_most, encode, save
    from training.lexicon import hand_written
    from training.rows import read_rows, read_sentences
    from training.vocabulary import count_words, load_tokenizer, make_tokenizer

    with console.status("reading"):
        rows = at_most(read_rows(data / "rows"), most, seed)
        sentences = [*read_sentences(data / "sentences.jsonl"), *hand_written(hand)]
    if keep is None:
        with console.status(f"counting the words of {len(rows)} rows"):
            counts = count_words(rows, sentences, seed)
        made = make_tokenizer(counts, size)
        total = sum(counts.values())
        shares = {word: counts[word] / total for word in made.get_vocab() if word in counts}
        (data / "shares.json").write_text(json.dumps(shares, ensure_ascii=False), encoding="utf-8")
    else:
        made = load_tokenizer(keep)
    made.save(str(data / "tokenizer.json"))
    with console.status("encoding"):
        save(encode(rows, sentences, made), data / "encoded.npz")
    (data / "sources.json").write_text(json.dumps(list(dict.fromkeys(row.source for row in rows))), encoding="utf-8")
    console.print(f"{len(rows)} rows, {len(sentences)} sentence pairs, {made.get_vocab_size()} words and pieces")


@app.command()
def lexicon(
    data: Data = DATA,
    hand: Annotated[Path, typer.Option(help="The hand-written lexicon.")] = HAND,
    artefact: Annotated[Path, typer.Option(help="Where the product has its model.")] = ARTEFACT,
) -> None:
    """Mine the Russian-English lexicon: of stems for the product, of the model's own words for its training."""
    import numpy as np

    from training.alignment import align
    from training.encoding import load
    from training.lexicon import asked_in_both, hand_written, mine, named_in_english, write_lexicon
    from training.questions import read_questions
    from training.rows import read_rows, read_sentences
    from training.running import held_out_numbers

    with console.status("stems"):
        named = named_in_english(read_rows(data / "rows"))
        asked = asked_in_both(read_questions())
        pairs = [*read_sentences(data / "sentences.jsonl"), *hand_written(hand), *named, *asked]
        found = mine(pairs)
        artefact.mkdir(parents=True, exist_ok=True)
        write_lexicon(found, artefact / "lexicon.tsv.gz")
    with console.status("words"):
        encoded = load(data / "encoded.npz")
        is_told = encoded.is_russian & ~encoded.is_comment & ~np.isin(encoded.sources, held_out_numbers(data))
        told = np.flatnonzero(is_told)
        left = [encoded.russian[n] for n in range(len(encoded.russian))]
        right = [encoded.english[n] for n in range(len(encoded.english))]
        left += [encoded.parts["query"][int(n)] for n in told]
        right += [encoded.parts["title"][int(n)] for n in told]
        there, back = align(*_of_each_language(left, right, data), size=_vocabulary_size(data))
        np.savez(
            data / "translations.npz",
            there_targets=there.targets,
            there_chances=there.chances,
            back_targets=back.targets,
            back_chances=back.chances,
        )
    console.print(f"{len(found)} Russian stems, {len(named)} pairs from docstrings, {len(asked)} from questions")


@app.command()
def train(
    data: Data = DATA,
    steps: Annotated[int, typer.Option(help="Batches.")] = 700,
    size: Annotated[int, typer.Option(help="Pairs in a batch.")] = 2048,
    seed: Seed = 1,
    title_weight: Annotated[float, typer.Option(help="What a word of the title counts.")] = 1.0,
    prose_weight: Annotated[float, typer.Option(help="What a word of a docstring or comment counts.")] = 1.0,
    name: Annotated[str, typer.Option(help="The name of the run.")] = "run",
    rate: Annotated[float, typer.Option(help="The learning rate.")] = 0.01,
    threads: Annotated[int, typer.Option(help="Threads of torch.")] = 2,
    held_out: Annotated[bool, typer.Option(help="Leave the held-out sources out, to judge by them.")] = True,
    unnamed: Annotated[float, typer.Option(help="How often a question has to do without the words of the name.")] = 0.0,
    wrapped: Annotated[float, typer.Option(help="How often a question is wrapped in words that say nothing.")] = 0.3,
    titled: Annotated[float, typer.Option(help="How often code comes with its title.")] = 0.9,
    translated: Annotated[float, typer.Option(help="How often an English question is said in Russian.")] = 0.42,
    asked: Annotated[float, typer.Option(help="The weight of the written questions; docstrings have 6.")] = 3.0,
    russian: Annotated[float, typer.Option(help="The weight of the docstrings and comments in Russian.")] = 1.4,
    begin: Annotated[Path | None, typer.Option(help="A model's folder to go on from, instead of from MiniLM.")] = None,
    hard: Annotated[float, typer.Option(help="Rows that bring code easily taken for theirs; `likely` finds it.")] = 0.0,
    apart: Annotated[bool, typer.Option(help="Words have rows of their own where they are asked.")] = True,
) -> None:
    """Train one matrix, and judge it on the held-out sources."""
    import numpy as np
    from rich.progress import Progress

    from training.judging import Weights
    from training.learning import Recipe, learn
    from training.running import first, judged, of_artefact, viewer
    from training.views import Chances

    weights = Weights(title_weight, prose_weight, 1.0)
    chances = Chances(
        translated=translated,
        title_weight=title_weight,
        prose_weight=prose_weight,
        unnamed=unnamed,
        wrapped=wrapped,
        title=titled,
        asked=asked,
        russian=russian,
        hard=hard,
    )
    batches = viewer(data, chances, seed=seed, size=size, held_out=held_out)
    with Progress(console=console) as progress:
        task = progress.add_task("train", total=steps)

        def tell(step: int, loss: float) -> None:
            progress.update(task, completed=step + 1, description=f"train {name} {loss:.3f}")

        start = first(data, seed=0) if begin is None else of_artefact(begin)
        matrix = learn(start, batches, Recipe(steps=steps, rate=rate, threads=threads, apart=apart), tell)
    np.save(data / f"matrix-{name}.npy", matrix)
    console.print(judged(matrix, data, weights))


@app.command()
def likely(name: Annotated[str, typer.Argument(help="A run.")], data: Data = DATA, seed: Seed = 0) -> None:
    """Find code that is easily taken for the right one, by the matrix of a first run: `train --hard` learns from it."""
    import numpy as np

    from training.encoding import load
    from training.likely import easily_taken
    from training.running import held_out_numbers

    encoded = load(data / "encoded.npz")
    without = np.isin(encoded.sources, held_out_numbers(data))
    with console.status("looking"):
        found = easily_taken(np.load(data / f"matrix-{name}.npy"), encoded, without=without, seed=seed)
    np.save(data / "likely.npy", found)
    console.print(f"{np.count_nonzero(found[:, 0] >= 0)} rows have some")


@app.command()
def benchmark(
    cache_dir: Annotated[Path, typer.Option(help="The --cache-dir that `smysl evaluate` will be given.")],
    data: Data = DATA,
    mirrors: Mirrors = None,
    files: Annotated[int, typer.Option(help="Files of one source.")] = 80,
    seed: Seed = 0,
) -> None:
    """Make benchmarks of the held-out sources: DATA/asked has the written questions, DATA/told the docstrings."""
    from training.benchmark import with_docstrings, with_questions, write_benchmark
    from training.held_out import is_held_out
    from training.questions import read_questions
    from training.sources import read_sources

    repositories, archives = mirrors or data / "mirrors", cache_dir / "evaluation" / "archives"
    questions = read_questions()
    sources = [one for one in read_sources() if is_held_out(one.key)]
    asked = [with_questions(one, questions.get(one.key, ()), repositories, data, files) for one in sources]
    told = [with_docstrings(one, repositories, data, files, seed) for one in sources]
    for name, parts in (("asked", asked), ("told", told)):
        count = write_benchmark((one for one in parts if one is not None), data / name, archives)
        console.print(f"{name}: {count} queries")


@app.command()
def export(
    names: Annotated[list[str], typer.Argument(help="Runs, whose matrices are averaged.")],
    data: Data = DATA,
    artefact: Annotated[Path, typer.Option(help="Where the product has its model.")] = ARTEFACT,
    title_weight: float = 1.0,
    prose_weight: float = 1.0,
    version: str = "1",
    asked: Annotated[int, typer.Option(help="Words that keep a row of their own where they are asked.")] = 6_000,
    record: Annotated[Path, typer.Option(help="Where to keep the fingerprints of all that was learnt from.")] = LEARNT,
    also: Annotated[Path | None, typer.Option(help="The same of the model that the runs went on from.")] = None,
) -> None:
    """Average the matrices of several runs and write the product's files."""
    import numpy as np

    from training.encoding import load
    from training.export import export_model, most_asked
    from training.fingerprints import join_records
    from training.judging import Weights
    from training.running import held_out_numbers, judged, of_artefact

    weights = Weights(title_weight, prose_weight, 1.0)
    matrix = np.mean([np.load(data / f"matrix-{name}.npy") for name in names], axis=0)
    encoded = load(data / "encoded.npz")
    words = most_asked(encoded, asked, without=np.isin(encoded.sources, held_out_numbers(data)))
    export_model(matrix, words, data / "tokenizer.json", artefact, weights=weights, version=version)
    join_records([data / "learnt.npz", data / "learnt-questions.npz", *([] if also is None else [also])], record)
    console.print(judged(of_artefact(artefact), data, weights))


@app.command()
def evaluate(
    data: Data = DATA,
    names: Annotated[list[str] | None, typer.Argument(help="Runs; their average too if they are several.")] = None,
    title_weight: float = 1.0,
    prose_weight: float = 1.0,
) -> None:
    """Judge matrices on the held-out sources. The benchmarks are run by `smysl evaluate --model builtin`."""
    import numpy as np

    from training.judging import Weights
    from training.running import judged

    weights = Weights(title_weight, prose_weight, 1.0)
    matrices = {name: np.load(data / f"matrix-{name}.npy") for name in names or []}
    for name, matrix in matrices.items():
        console.print(f"{name}: {judged(matrix, data, weights)}")
    if len(matrices) > 1:
        console.print(f"average: {judged(np.mean(list(matrices.values()), axis=0), data, weights)}")


def _vocabulary_size(data: Path) -> int:
    from training.vocabulary import load_tokenizer

    return load_tokenizer(data / "tokenizer.json").get_vocab_size()


def _of_each_language(left: list[Words], right: list[Words], data: Path) -> tuple[list[Words], list[Words]]:
    """Only Russian words on the left and only whole English ones on the right."""
    import numpy as np

    from training.vocabulary import is_russian_token, load_tokenizer

    tokens = load_tokenizer(data / "tokenizer.json").get_vocab()
    russian = np.zeros(len(tokens), bool)
    english = np.zeros(len(tokens), bool)
    for token, number in tokens.items():
        russian[number] = is_russian_token(token)
        english[number] = "a" <= token[:1] <= "z"
    return [one[russian[one]] for one in left], [one[english[one]] for one in right]
