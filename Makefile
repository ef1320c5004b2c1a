PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MATERIAL ?= ../shared/data
# Installed by itself first, so that no dependency brings another build. A GPU build: make test TORCH='torch==2.13.0 --index-url URL'
TORCH ?= torch==2.13.0
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test check bench docs clean

$(VENV)/.core: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) $(TORCH)
	$(PIP) --editable '.[train]'
	touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) --editable '.[dev,train]'
	touch $@

demo: $(VENV)/.core  ## 安装到 .venv，读入样例材料，列出事实，回答几个问题
	$(BIN)/caiwen demo demo

test: $(VENV)/.dev  ## 安装测试依赖并运行测试
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.dev  ## 静态检查：ruff、mypy、import-linter
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## 与同类工具并排测量（同类工具装在各自的环境里）
	$(BIN)/python benchmarks/pdf_speed.py --material $(MATERIAL)

docs: $(VENV)/.dev  ## 由命令与配置的声明生成 docs/reference
	$(BIN)/python -m caiwen.cli.reference docs/reference

clean:
	rm -rf demo .pytest_cache .mypy_cache .ruff_cache
