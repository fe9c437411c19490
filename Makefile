# What this repository can do: `make` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# No build server outlives the command that needed it.
export MSBUILDDISABLENODEREUSE := 1
export DOTNET_CLI_USE_MSBUILD_SERVER := 0
export UseSharedCompilation := false

# Analyzers have their say in `make build`; whoever only runs Mysos does not wait for them.
dotnet_publish := dotnet publish -c Release -r linux-x64 --nologo -v quiet -p:RunAnalyzers=false

# Files and folders below the given ones: a folder's time tells of a file that was deleted.
sources = $(shell find $(1) \( -name bin -o -name obj -o -name TestResults \) -prune -o -print)
common := $(wildcard Directory.*.props global.json)

host := out/mysos/mysos
executor := out/mysos-executor.tar.gz

.PHONY: simulate help setup setup-for-tests build run test publish chaos bench-failover bench bench-scale bench-dashboards test-image clean

help: ## This list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' Makefile | sort | column -t -s '|'

setup: ## Install what is missing of the Debian packages that Mysos needs
	@scripts/setup

build: setup ## Compile everything
	dotnet build Mysos.sln -c Release --nologo -v quiet

run: setup publish ## Mysos on this machine, with ZooKeeper and Mesos of its own; ARGS="--port 8080"
	@exec $(host) local $(ARGS)

test: setup-for-tests publish build ## Every test; ARGS='-class "*Backoff*"' chooses some
	@scripts/test $(ARGS)

setup-for-tests:
	@scripts/setup test

publish: $(host) out/mysos/mysos-executor.tar.gz ## What is deployed: out/mysos, with the executor for the agents in it

$(host): $(call sources,src/Mysos.Core src/Mysos.Dashboard src/Mysos.Host src/Mysos.LocalMesos) $(common)
	@echo "Publishing mysos"
	rm -rf out/mysos
	$(dotnet_publish) src/Mysos.Host --self-contained -p:PublishReadyToRun=true -p:DebugType=none -o out/mysos
	cp -L /usr/lib/*/libzookeeper_mt.so.2 out/mysos/
	touch $@

# The archive is the same, byte for byte, whenever its content is: agents cache it by its URI.
$(executor): $(call sources,src/Mysos.Core src/Mysos.Executor) $(common)
	@echo "Publishing mysos-executor (Native AOT, about a minute)"
	rm -rf out/executor
	$(dotnet_publish) src/Mysos.Executor -p:DebugType=none -o out/executor
	rm -f out/executor/*.dbg
	cp -L /usr/lib/*/libzookeeper_mt.so.2 out/executor/
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
	  -C out/executor -c mysos-executor libzookeeper_mt.so.2 | gzip -n > $@

# The scheduler serves the package that lies beside it to the agents.
out/mysos/mysos-executor.tar.gz: $(executor) $(host)
	cp $< $@

chaos: setup-for-tests publish ## Faults on real servers while clients write (root); ARGS="--nodes 3 --pairs 10"
	dotnet build tests/Mysos.Chaos -c Release --nologo -v quiet
	@scripts/chaos $(ARGS)

bench-failover: setup-for-tests publish ## How long clients cannot write, beside the same steps by hand (root); ARGS="--bench 10"
	dotnet build tests/Mysos.Chaos -c Release --nologo -v quiet
	@scripts/chaos --bench 30 $(ARGS)

SEEDS ?= 1000
simulate: setup ## Mysos' decisions in simulated worlds; SEEDS=10000, SEEDS=500-600, or SEEDS=17 REPLAY=1 with all that happens
	@dotnet build tests/Mysos.Simulator -c Release --nologo -v quiet
	@tests/Mysos.Simulator/bin/Release/net10.0/Mysos.Simulator $(SEEDS) $(if $(REPLAY),--replay)

bench: setup publish ## How long Mysos takes, beside the same steps by hand
	@MYSOS_EXECUTOR=$(CURDIR)/out/executor/mysos-executor dotnet run --project tests/Mysos.Bench -c Release -- $(host) $(ARGS)

bench-scale: setup-for-tests ## The scheduler alone among 1 000 and 10 000 agents
	dotnet build tests/Mysos.Bench -c Release --nologo -v quiet
	@for size in "1000 200" "10000 2000"; do tests/Mysos.Bench/bin/Release/net10.0/Mysos.Bench scale $$size; done

bench-dashboards: setup-for-tests $(host) ## What a hundred open dashboards cost the scheduler; SIZE="10000 2000" for more agents and clusters
	dotnet build tests/Mysos.Bench -c Release --nologo -v quiet
	@tests/Mysos.Bench/bin/Release/net10.0/Mysos.Bench dashboards $(host) $(or $(SIZE),1000 200)

test-image: ## Build the container image and run a cluster in it (root, Debian)
	@scripts/test-image

clean: ## Remove what was built
	rm -rf out src/*/bin src/*/obj tests/*/bin tests/*/obj
