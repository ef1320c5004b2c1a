"""Does training teach? A small model on the CPU sits the exam before and after, and beside its controls.

    python benchmarks/train_learning.py --folder DIR [--seeds 3] [--per-point 6] [--steps 300]

Material: the glossary of the project (every knowledge point has at least six terms). Gold pairs cover ``--share`` of
each point's terms; of the others only the questions are known. Arms, all from one base and with the same number of
optimiser steps:

  base      a small LLaMA, pre-trained on the definitions without the names of what they define
  tuned     on the gold pairs
  distilled on the same gold pairs, and on the questions without gold, which the teacher answers (CE + KL to its logits)
  hard      the teacher's answers as text only, no logits
  soft      the gold pairs only, with the teacher's logits (no new questions)
  all gold  gold pairs for every term: what full coverage would give
  teacher   a larger model, tuned on gold pairs for every term

Wording held out: terms that training saw, asked in other words. Evidence held out: terms that gold does not cover. The
number of steps is chosen on the development half of the terms by the tuned arm, and used for all; figures are of the
other half. What the control sees (options only) is printed beside. Nothing is left out of the table.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml

from caiwen.dataset.data import load
from caiwen.evaluate.exam import Exam, Item, definition, items, split_terms
from caiwen.evaluate.framework import Report, run
from caiwen.evaluate.likelihood import load_chooser
from caiwen.finance.glossary import Term, terms
from caiwen.prompts import Message, template
from caiwen.scoring import mean_interval
from caiwen.scoring.paired import compare

TEMPLATE = "default"
STUDENT = {"hidden_size": 128, "intermediate_size": 344, "num_hidden_layers": 4}
TEACHER = {"hidden_size": 192, "intermediate_size": 512, "num_hidden_layers": 4}
VOCABULARY = 4000
WORDINGS = 2
ARMS = ("base", "tuned", "distilled", "hard", "soft", "all gold", "teacher")


@dataclass(frozen=True)
class Plan:
    folder: Path
    share: float
    per_point: int
    pretrain: int
    teach: int


def chosen_terms(per_point: int, seed: int = 1) -> list[Term]:
    by_point: dict[str, list[Term]] = {}
    for term in terms():
        by_point.setdefault(term.point, []).append(term)
    found = []
    for point, group in by_point.items():
        random.Random(f"{seed}|{point}").shuffle(group)
        found += group[:per_point]
    return found


def questions_of(term: Term) -> list[str]:
    return [w.format(i=term.name) for w in load("templates.yaml")["concept"]["questions"][:WORDINGS]]


def pairs(chosen: Iterable[Term]) -> list[dict[str, str]]:
    return [
        {"instruction": question, "input": "", "output": definition(term)}
        for term in chosen
        for question in questions_of(term)
    ]


def write_data(folder: Path, files: dict[str, list[dict[str, str]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    info: dict[str, Any] = {}
    for name, rows in files.items():
        (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
        info[name] = {"file_name": f"{name}.json"}
        if rows and "text" in rows[0]:
            info[name]["columns"] = {"prompt": "text"}
    place = folder / "dataset_info.json"
    known = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    place.write_text(json.dumps(known | info, ensure_ascii=False, indent=1), encoding="utf-8")


def train(name: str, place: Path, config: dict[str, Any]) -> Path:
    """``caiwen train`` in its own process; the run's folder. A run that is there is used again."""
    output = place / name
    if (output / "done.json").exists():
        return output
    told = {
        "template": TEMPLATE,
        "dataset_dir": str(place / "data"),
        "output_dir": str(output),
        "cutoff_len": 256,
        "per_device_train_batch_size": 16,
        "gradient_accumulation_steps": 1,
        "lr_scheduler_type": "cosine",
        "warmup_ratio": 0.1,
        "logging_steps": 20,
        "save_strategy": "no",
        "report_to": "none",
    }
    path = place / f"{name}.yaml"
    path.write_text(yaml.safe_dump(told | config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "caiwen.cli", "train", str(path)], check=True)
    (output / "done.json").write_text("{}", encoding="utf-8")
    return output


def pretrained(place: Path, name: str, size: dict[str, int], steps: int, seed: int) -> Path:
    own = {"from_scratch": {"vocab_size": VOCABULARY, **size}}
    return train(
        name,
        place,
        {
            "stage": "pt",
            "finetuning_type": "full",
            "dataset": "corpus",
            "max_steps": steps,
            "learning_rate": 2e-3,
            "seed": seed,
            "caiwen": own,
        },
    )


def tuned(
    place: Path, name: str, base: Path, data: str, steps: int, seed: int, own: dict[str, Any] | None = None
) -> Path:
    config: dict[str, Any] = {
        "stage": "sft",
        "finetuning_type": "full",
        "model_name_or_path": str(base),
        "dataset": data,
        "max_steps": steps,
        "learning_rate": 1e-3,
        "seed": seed,
    }
    return train(name, place, config | ({"caiwen": own} if own else {}))


def answers(model: Path, asked: Sequence[str]) -> list[str]:
    """Greedy answers of the teacher, from its own weights."""
    import torch

    chooser = load_chooser(model, TEMPLATE)
    form, found = template(TEMPLATE), []
    for question in asked:
        prompt = form.encode_prompt(chooser.tokenizer, [Message("user", question)])
        with torch.inference_mode():
            out = chooser.model.generate(
                torch.tensor([prompt]),
                attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                max_new_tokens=128,
                do_sample=False,
                eos_token_id=form.stop_ids(chooser.tokenizer),
                pad_token_id=chooser.tokenizer.eos_token_id,
            )
        found.append(chooser.tokenizer.decode(out[0, len(prompt) :], skip_special_tokens=True).strip())
    return found


def begun(plan: Plan, seed: int) -> tuple[Path, Path, list[Term]]:
    """The seed's folder with its data, the student's base, and the terms without gold."""
    place = plan.folder / f"seed{seed}"
    chosen = chosen_terms(plan.per_point)
    names = {term.name for term in chosen}
    gold = [term for term in split_terms(seed, plan.share)[0] if term.name in names]
    covered = {term.name for term in gold}
    corpus = [{"text": definition(term)} for term in terms()]
    write_data(place / "data", {"corpus": corpus, "gold": pairs(gold), "all": pairs(chosen)})
    base = pretrained(place, "base", STUDENT, plan.pretrain, seed)
    return place, base, [term for term in chosen if term.name not in covered]


def arms(plan: Plan, seed: int, steps: int) -> dict[str, Path]:
    """The model folder of every arm, trained where it is not there."""
    place, base, open_terms = begun(plan, seed)
    large = pretrained(place, "teacher-base", TEACHER, plan.pretrain, seed)
    teacher = tuned(place, "teacher", large, "all", plan.teach, seed)
    taught_file = place / "data" / "taught.json"
    if not taught_file.exists():
        asked = [question for term in open_terms for question in questions_of(term)]
        told = zip(asked, answers(teacher, asked), strict=True)
        write_data(
            place / "data", {"taught": [{"instruction": q, "input": "", "output": a} for q, a in told if a]}
        )
    soft = {
        "distill": {"teacher": str(teacher)},
        "loss": {"ce": 0.7, "kl": 0.3, "direction": "forward"},
    }
    return {
        "base": base,
        "tuned": tuned(place, f"tuned-{steps}", base, "gold", steps, seed),
        "distilled": tuned(place, f"distilled-{steps}", base, "gold,taught", steps, seed, soft),
        "hard": tuned(place, f"hard-{steps}", base, "gold,taught", steps, seed),
        "soft": tuned(place, f"soft-{steps}", base, "gold", steps, seed, soft),
        "all gold": tuned(place, f"all-{steps}", base, "all", steps, seed),
        "teacher": teacher,
    }


def exam(plan: Plan, seed: int) -> list[Item]:
    chosen = chosen_terms(plan.per_point)
    unseen = {term.name for term in split_terms(seed, plan.share)[1]}
    return items(seed, unseen=unseen, chosen=chosen)


def development(item: Item) -> bool:
    """Half of the terms, the same ones for all seeds."""
    return random.Random(f"half|{item.term}").random() < 0.5


def sit(model: Path, chosen: Sequence[Item]) -> Report:
    return run(Exam(load_chooser(model, TEMPLATE), chosen))


def budget(plan: Plan, choices: Sequence[int]) -> int:
    """The number of steps with which the tuned arm does best on the development half of the first seed."""
    if len(choices) == 1:
        return choices[0]
    half = [item for item in exam(plan, 1) if development(item)]
    place, base, _ = begun(plan, 1)
    found = {
        steps: sit(tuned(place, f"tuned-{steps}", base, "gold", steps, 1), half).rate("seen").value or 0
        for steps in choices
    }
    for steps, rate in found.items():
        print(f"development half, tuned, {steps} steps: {rate:.3f}", flush=True)
    return max(found, key=lambda steps: found[steps])


def show(results: dict[str, list[Report]]) -> None:
    print(f"{'arm':<12}{'all':>8}{'95%':>16}{'wording':>10}{'evidence':>10}{'options':>10}")
    for arm, reports in results.items():
        right = [float(bool(o.scores["right"])) for report in reports for o in report.outcomes]
        low, high = mean_interval(right)
        parts = [fmean([r.figure(name).value or 0 for r in reports]) for name in ("seen", "unseen", "blind")]
        cells = "".join(f"{part:>10.3f}" for part in parts)
        print(f"{arm:<12}{fmean(right):>8.3f}{f'{low:.3f}–{high:.3f}':>16}{cells}")


def show_tests(results: dict[str, list[Report]]) -> None:
    for first, second in (
        ("base", "tuned"),
        ("tuned", "distilled"),
        ("tuned", "soft"),
        ("hard", "distilled"),
        ("distilled", "all gold"),
    ):
        a, b, names = [], [], []
        for one, two in zip(results[first], results[second], strict=True):
            a += [bool(o.scores["right"]) for o in one.outcomes]
            b += [bool(o.scores["right"]) for o in two.outcomes]
            names += [o.case.id for o in one.outcomes]
        told = compare(a, b, names)
        print(
            f"{second} − {first}: {told.gain:+.3f} ({told.low:+.3f} – {told.high:+.3f}), "
            f"only {second} {told.only_second}, only {first} {told.only_first}, p = {told.p:.2g}, n = {told.n}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.4)
    parser.add_argument("--per-point", type=int, default=6)
    parser.add_argument("--steps", type=lambda text: [int(n) for n in text.split(",")], default=[300])
    parser.add_argument("--pretrain", type=int, default=80)
    parser.add_argument("--teach", type=int, default=700)
    told = parser.parse_args()
    plan = Plan(told.folder.resolve(), told.share, told.per_point, told.pretrain, told.teach)
    steps = budget(plan, told.steps)
    results: dict[str, list[Report]] = {arm: [] for arm in ARMS}
    for seed in range(1, told.seeds + 1):
        half = [item for item in exam(plan, seed) if not development(item)]
        for arm, model in arms(plan, seed, steps).items():
            results[arm].append(sit(model, half))
    print(f"{steps} steps, {told.seeds} seeds, {len(half)} items of the test half a seed")
    show(results)
    show_tests(results)


if __name__ == "__main__":
    main()
