"""A course of training stages in one run folder: each with its data, rate and gate, resumable within each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import EarlyStoppingCallback, TrainingArguments

from caiwen.errors import CaiwenError, ConfigError
from caiwen.train import data, references, reports, teacher, weights, windows
from caiwen.train import folder as folders
from caiwen.train.progress import Event, OnEvent, StageResult
from caiwen.train.trainer import Material, WindowTrainer
from caiwen.train.watcher import Watcher

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig
    from caiwen.train.data import Prepared
    from caiwen.train.folder import Folder
    from caiwen.train.own import Gate, Stage

_OF_STAGE = (
    *("dataset", "eval_dataset", "mix_strategy", "interleave_probs", "max_samples"),
    *("num_train_epochs", "max_steps", "learning_rate"),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """``name`` is empty for a run without stages."""

    name: str
    config: TrainConfig
    prepared: Prepared
    gate: Gate | None = None


def stage_config(config: TrainConfig, stage: Stage) -> TrainConfig:
    """The configuration of one stage: what it does not say comes from the run."""
    own = config.caiwen
    given = {key: value for key in _OF_STAGE if (value := getattr(stage, key)) is not None}
    own = own.model_copy(update={"stages": (), "replay": stage.replay or own.replay})
    return config.model_copy(update=given | {"caiwen": own})


def prepare(config: TrainConfig, tokenizer: PreTrainedTokenizerBase) -> list[Planned]:
    """Data of all stages, before anything is spent on the first."""
    if not config.caiwen.stages:
        return [Planned("", config, data.prepare(config, tokenizer))]
    if config.fsdp or config.deepspeed:
        raise ConfigError(
            "分阶段的训练还不能与 FSDP、DeepSpeed 同用",
            where="caiwen.stages",
            hint="每个阶段单独运行，用 adapter_name_or_path 接上",
        )
    made = [(stage, stage_config(config, stage)) for stage in config.caiwen.stages]
    return [Planned(stage.name, own, data.prepare(own, tokenizer), stage.gate) for stage, own in made]


def largest_batch(config: TrainConfig, plan: Sequence[Planned]) -> int:
    """Tokens of the largest micro-batch that can come."""
    return max(
        min(batching.tokens if batching.pack else longest * batching.rows_per_batch, longest * batching.rows)
        for stage in plan
        for longest in [int(stage.prepared.train.lengths.max())]
        for batching in [batching_of(stage.config, 1, longest)]
    )


def batching_of(config: TrainConfig, world: int, longest: int) -> windows.Batching:
    """Rows of one optimiser step are LLaMA-Factory's: batch size × accumulation × processes."""
    own, rows = config.caiwen.batching, config.per_device_train_batch_size
    limit = own.tokens or rows * config.cutoff_len
    return windows.Batching(
        rows=rows * config.gradient_accumulation_steps * world,
        tokens=max(limit, longest),
        pack=own.pack and config.flash_attn != "disabled",
        rows_per_batch=rows,
        shuffle=not config.disable_shuffling,
        by_length=own.sort_epoch,
        seed=config.seed if config.data_seed is None else config.data_seed,
    )


def inputs(plan: Sequence[Planned]) -> dict[str, Any]:
    return {stage.name or "data": stage.prepared.report for stage in plan}


@dataclass(slots=True)
class Course:
    """Runs the stages, one after the other, over one model."""

    config: TrainConfig
    folder: Folder
    tokenizer: PreTrainedTokenizerBase
    model: Any
    other: Any
    identity: teacher.Identity
    on_event: OnEvent
    trainer: WindowTrainer | None = None

    def go(self, plan: Sequence[Planned]) -> list[StageResult]:
        self._keep_initial()
        tables = [planned.prepared.train for planned in plan]
        references.cache_teacher(self.config, self.other, tables, self.identity)
        results: list[StageResult] = []
        done = self.folder.read(folders.STAGES)
        for planned in plan:
            if planned.name in done:
                results.append(StageResult(**done[planned.name]))
            else:
                self._begin(plan, results)
                results.append(self._stage(planned, len(results), len(plan)))
                self._finished(planned, results)
            if results[-1].stopped and planned.gate and planned.gate.otherwise == "stop":
                break
        if self.trainer is None:  # every stage was done already: only the release is lacking
            self._begin(plan, results)
            self.trainer = self._trainer(plan[-1])
        return results

    def _keep_initial(self) -> None:
        if self.config.pissa_init and folders.is_main() and not self.folder.resumed:
            weights.save_initial(self.model, self.folder.path)

    def _begin(self, plan: Sequence[Planned], results: Sequence[StageResult]) -> None:
        """After an interruption: the weights with which the last finished stage ended."""
        if results and self.trainer is None:
            weights.load(self.model, self._place(plan[len(results) - 1].name) / "final")

    def _place(self, name: str) -> Path:
        return self.folder.path / "stages" / name if name else self.folder.path

    def _stage(self, planned: Planned, number: int, count: int) -> StageResult:
        name = planned.name
        self.on_event(Event("stage", stage=name, message=f"{number + 1}/{count}" if name else ""))
        self.trainer = self._trainer(planned)
        trainer, point = self.trainer, folders.resume_point(self.config, self.folder, self._place(name))
        before = self._gate_before(planned)
        trainer.train(resume_from_checkpoint=str(point) if point else None)
        metrics = self._metrics(planned)
        stopped = "提前停止" if trainer.state.global_step < trainer.state.max_steps else ""
        stopped = _gate(planned.gate, before, metrics) or stopped
        return StageResult(name, trainer.state.global_step, metrics, stopped)

    def _gate_before(self, planned: Planned) -> dict[str, float]:
        """Validation loss before the stage, when its gate asks for a gain; kept for a later resume."""
        if planned.gate is None or planned.gate.gain_at_least is None:
            return {}
        assert self.trainer is not None
        name = f"before-{planned.name}.json"
        found = self.folder.read(name)
        if not found:
            found = self.trainer.evaluate()
            self.folder.write(name, found)
        return found

    def _metrics(self, planned: Planned) -> dict[str, float]:
        assert self.trainer is not None
        history = self.trainer.state.log_history
        losses = [record["loss"] for record in history if "loss" in record]
        metrics = {"train_loss": sum(losses) / len(losses)} if losses else {}
        if planned.prepared.validation and (planned.config.do_eval or _evaluates(planned) or planned.gate):
            last = next((record for record in reversed(history) if "eval_loss" in record), {"step": -1})
            fresh = (
                last["step"] == self.trainer.state.global_step and not planned.config.load_best_model_at_end
            )
            metrics |= last if fresh else self.trainer.evaluate()
        return {name: value for name, value in metrics.items() if name.endswith(("loss", "accuracy"))}

    def _finished(self, planned: Planned, results: Sequence[StageResult]) -> None:
        assert self.trainer is not None
        if not planned.name:
            self.trainer.state.save_to_json(str(self.folder.path / "trainer_state.json"))
            return
        self.trainer.save_model(str(self._place(planned.name) / "final"))
        self.trainer.accelerator.wait_for_everyone()
        self.folder.write(folders.STAGES, {result.name: asdict(result) for result in results})

    def release(self) -> None:
        """The tuned model, in the run folder itself."""
        assert self.trainer is not None
        if self.config.pissa_init and weights.is_adapted(self.model):
            if folders.is_main():
                weights.save_converted(self.model, self.tokenizer, self.folder.path)
        else:
            self.trainer.save_model(str(self.folder.path))
        self.trainer.accelerator.wait_for_everyone()

    def _trainer(self, planned: Planned) -> WindowTrainer:
        args = arguments(planned, self._place(planned.name))
        train = planned.prepared.train
        material = Material(
            train=train,
            validation=planned.prepared.validation,
            batching=batching_of(planned.config, args.world_size, int(train.lengths.max())),
            terms=references.terms(planned.config),
            reference=references.source(planned.config, self.model, self.other, train, self.identity),
        )
        trainer = WindowTrainer(self.model, args, planned.config, material, self.tokenizer)
        trainer.add_callback(Watcher(self.folder.path / folders.METRICS, planned.name, self.on_event))
        patience = early_stopping(planned.config)
        if patience is not None:
            trainer.add_callback(patience)
        return trainer


def arguments(planned: Planned, place: Path) -> TrainingArguments:
    """transformers' arguments for a stage. ConfigError with its own words for what it refuses."""
    given = planned.config.training_arguments()
    validated = bool(planned.prepared.validation)
    if not validated:
        given |= {"eval_strategy": "no", "do_eval": False, "eval_on_start": False}
    elif given.get("eval_strategy", "no") != "no":
        given.setdefault("metric_for_best_model", "eval_loss")
        given.setdefault("greater_is_better", not given["metric_for_best_model"].endswith("loss"))
    given.setdefault("ddp_find_unused_parameters", False)  # every micro-batch reaches all that learns
    given |= {
        "output_dir": str(place),
        "gradient_accumulation_steps": 1,  # windows are split by the trainer itself
        "logging_nan_inf_filter": False,
        "remove_unused_columns": False,
        "disable_tqdm": True,
        "report_to": reports.services(planned.config) or ["none"],
    }
    try:
        return TrainingArguments(**given)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"transformers 不接受这些训练参数：{error}", where="训练参数") from error


def early_stopping(config: TrainConfig) -> EarlyStoppingCallback | None:
    own = config.caiwen.early_stopping
    patience = own.patience if own else config.early_stopping_steps
    if patience is None:
        return None
    return EarlyStoppingCallback(patience, own.min_delta if own else 0.0)


def _evaluates(planned: Planned) -> bool:
    return planned.config.eval_strategy != "no"


def _gate(gate: Gate | None, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Why a gate is not passed; empty when it is."""
    if gate is None:
        return ""
    key = (
        f"eval_{gate.dataset}_loss" if gate.dataset and f"eval_{gate.dataset}_loss" in after else "eval_loss"
    )
    if key not in after:
        raise CaiwenError(
            "关口要看验证损失，但这个阶段没有验证集",
            where="caiwen.stages.gate",
            hint="写 eval_dataset 或 val_size",
        )
    loss = after[key]
    if gate.loss_at_most is not None and loss > gate.loss_at_most:
        return f"没过关口：验证损失 {loss:.4f}，要求不高于 {gate.loss_at_most:g}"
    if gate.gain_at_least is not None and before[key] - loss < gate.gain_at_least:
        return f"没过关口：验证损失降了 {before[key] - loss:.4f}，要求至少 {gate.gain_at_least:g}"
    return ""
