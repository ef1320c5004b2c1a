"""The data of a run: registered datasets in, tables of token ids and labels out, with a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caiwen import prompts
from caiwen.errors import ConfigError
from caiwen.train import mixture, packing
from caiwen.train.cache import Findings, Job, Progress, cache_folder, findings, tokenised
from caiwen.train.config import TrainConfig
from caiwen.train.own import Replay, Stage
from caiwen.train.registry import Source, sources
from caiwen.train.table import StoredTable, TokenTable
from caiwen.train.tokens import Rules, begins

if TYPE_CHECKING:
    import numpy as np

_SHOWN = 5


@dataclass(frozen=True)
class Statistics:
    """Of one table. ``truncated``: rows that ``cutoff_len`` cut; ``lost``: the tokens that were cut off."""

    rows: int
    samples: int
    tokens: int
    labels: int
    shortest: int
    median: int
    longest: int
    truncated: int
    lost: int
    percentile_90: int
    percentile_99: int


@dataclass(frozen=True)
class Report:
    """``datasets``: what was met in each file; ``notes``: Chinese lines that a person should read."""

    datasets: dict[str, Findings]
    train: Statistics
    validation: dict[str, Statistics]
    notes: list[str]


@dataclass(frozen=True)
class Prepared:
    """``validation``: by name; ``validation`` itself when there is one set."""

    train: TokenTable
    validation: dict[str, TokenTable]
    report: Report


def prepare(
    config: TrainConfig, tokenizer: Any, *, stage: Stage | None = None, on_progress: Progress | None = None
) -> Prepared:
    """Read, tokenise (once: the result is cached), mix and split the data of a run or of a stage of it.

    The tokenizer is given its template's special tokens. ConfigError on broken rows, by line, and on rows
    with nothing to learn, unless ``caiwen.broken_rows`` is ``skip``.
    """
    desk = _Desk(config, tokenizer, on_progress)
    return desk.prepare(config.caiwen.replay if stage is None else stage.replay, stage or Stage(name="all"))


def template_of(config: TrainConfig, tokenizer: Any) -> prompts.Template:
    """The template that the configuration names, else the tokenizer's own."""
    if config.template is not None:
        return prompts.template(
            config.template,
            default_system=config.default_system,
            enable_thinking=config.enable_thinking,
            preserve_thinking=config.preserve_thinking,
        )
    return prompts.from_tokenizer(
        tokenizer,
        default_system=config.default_system,
        enable_thinking=config.enable_thinking,
        preserve_thinking=config.preserve_thinking,
    )


class _Desk:
    """What the steps of one preparation share."""

    def __init__(self, config: TrainConfig, tokenizer: Any, on_progress: Progress | None) -> None:
        import numpy as np

        self.config, self.tokenizer, self.on_progress = config, tokenizer, on_progress
        self.template = template_of(config, tokenizer)
        prompts.fix_tokenizer(tokenizer, self.template)
        self.folder = cache_folder(config.caiwen.token_cache)
        self.random = np.random.RandomState(config.seed)
        self.found: dict[str, Findings] = {}
        self.notes: list[str] = []

    def prepare(self, replay: Replay | None, stage: Stage) -> Prepared:
        config = self.config
        names = stage.dataset or config.dataset or ()
        train = self._mixed(names, stage)
        if replay:
            earlier = self._mixed(replay.dataset, Stage(name="replay"))
            train = mixture.replayed(train, earlier, replay.share, config.seed)
        validation = self._validation(stage)
        if not validation and config.val_size > 1e-6:
            train, held_out = mixture.split(train, config.val_size, config.seed)
            validation = {"validation": held_out}
        self._judge()
        train = self._packed(self._kept(train))
        validation = {name: self._packed(self._kept(table)) for name, table in validation.items()}
        self._not_empty(train, validation)
        told = {name: statistics(table) for name, table in validation.items()}
        return Prepared(train, validation, Report(self.found, statistics(train), told, self.notes))

    def _mixed(self, names: Sequence[str], stage: Stage) -> TokenTable:
        config = self.config
        most = stage.max_samples or config.max_samples
        wanted = sources(tuple(names), config.dataset_dir)
        return mixture.mix(
            [self._table(source, most) for source in wanted],
            strategy=stage.mix_strategy or config.mix_strategy,
            probabilities=stage.interleave_probs or config.interleave_probs,
            seed=config.seed,
            samples=[source.num_samples for source in wanted],
            most=most,
            random=self.random,
        )

    def _validation(self, stage: Stage) -> dict[str, TokenTable]:
        names = stage.eval_dataset or self.config.eval_dataset
        if not names:
            return {}
        if self.config.eval_on_each_dataset:
            return {name: self._mixed((name,), stage) for name in names}
        return {"validation": self._mixed(names, stage)}

    def _table(self, source: Source, most: int | None) -> StoredTable:
        config = self.config
        job = Job(
            source=source,
            template=self.template,
            rules=Rules(config.row_limit, config.train_on_prompt, config.mask_history),
            stage=config.stage,
            whole=config.stage == "pt" and config.packs,
            most=most,
        )
        table = tokenised(
            job,
            self.tokenizer,
            self.folder,
            workers=config.preprocessing_num_workers,
            renew=config.overwrite_cache,
            on_progress=self.on_progress,
        )
        self.found[source.name] = findings(table)
        return table

    def _packed(self, table: TokenTable) -> TokenTable:
        config = self.config
        if not config.packs:
            return table
        how = (config.row_limit, config.preprocessing_batch_size, config.preprocessing_num_workers)
        if config.stage == "sft":
            return packing.pack(table, *how)
        first = self.tokenizer.bos_token_id if begins(self.tokenizer) else None
        return packing.cut_stream(table, *how, first=first, folder=self.folder)

    def _kept(self, table: TokenTable) -> TokenTable:
        import numpy as np

        good = table.labels > 0
        return table if good.all() else table.select(np.flatnonzero(good))

    def _judge(self) -> None:
        """Broken and unlabelled rows are an error, or counted in the notes."""
        skips = self.config.caiwen.broken_rows == "skip"
        problems = [
            line for name, found in self.found.items() for line in _problems(name, found, self.config)
        ]
        if problems and not skips:
            raise ConfigError(
                "；".join(problems),
                hint="改好这些行，或写 caiwen.broken_rows: skip 跳过它们（同 LLaMA-Factory）",
            )
        self.notes += [f"跳过：{line}" for line in problems]
        for name, found in self.found.items():
            if found.empty_answers:
                places = _places(found.empty_places, found.empty_answers)
                self.notes.append(
                    f"数据集 {name} 有 {found.empty_answers:,} 条回答是空的，只学到结束符：{places}"
                )
            if found.unused_columns:
                columns = "、".join(found.unused_columns)
                self.notes.append(
                    f"数据集 {name} 的 {columns} 列没有登记在 columns 里，没有用（同 LLaMA-Factory）"
                )

    def _not_empty(self, train: TokenTable, validation: dict[str, TokenTable]) -> None:
        for name, table in {"训练": train, **validation}.items():
            if len(table) == 0:
                hint = (
                    "texts 不足一行；减小 cutoff_len，或写 packing: false"
                    if self.config.stage == "pt"
                    else None
                )
                raise ConfigError(f"{name}数据里没有一条可用的样本", where="dataset", hint=hint)


def _problems(name: str, found: Findings, config: TrainConfig) -> list[str]:
    lines = []
    if found.broken:
        told = "；".join(f"{place} {why}" for place, why in found.broken_places[:_SHOWN])
        more = f" 等 {found.broken:,} 条" if found.broken > _SHOWN else ""
        lines.append(f"数据集 {name} 有残缺的行：{told}{more}")
    if found.unlabelled:
        places = _places(found.unlabelled_places, found.unlabelled)
        why = f"（cutoff_len={config.cutoff_len} 太小，回答放不下）" if found.cut_away else "（回答是空的）"
        lines.append(f"数据集 {name} 有 {found.unlabelled:,} 条没有可学的 token{why}：{places}")
    return lines


def _places(places: Sequence[str], count: int) -> str:
    more = f" 等 {count:,} 条" if count > _SHOWN else ""
    return "、".join(places[:_SHOWN]) + more


def statistics(table: TokenTable) -> Statistics:
    samples = sum(len(p) for p in table.packs) if isinstance(table, packing.PackedTable) else None
    return statistics_of(table.lengths, table.labels, table.fulls, samples)


def statistics_of(
    lengths: np.ndarray, labels: np.ndarray, fulls: np.ndarray, samples: int | None = None
) -> Statistics:
    import numpy as np

    cut = np.maximum(fulls - lengths, 0)
    points = np.percentile(lengths, [0, 50, 90, 99, 100]) if len(lengths) else np.zeros(5)
    shortest, median, ninety, high, longest = (int(n) for n in points)
    return Statistics(
        rows=len(lengths),
        samples=len(lengths) if samples is None else samples,
        tokens=int(lengths.sum(dtype=np.int64)),
        labels=int(labels.sum(dtype=np.int64)),
        shortest=shortest,
        median=median,
        percentile_90=ninety,
        percentile_99=high,
        longest=longest,
        truncated=int((cut > 0).sum()),
        lost=int(cut.sum(dtype=np.int64)),
    )
