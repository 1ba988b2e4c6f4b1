# SPDX-License-Identifier: Apache-2.0
# Helpers of the scripts in Benchmarks; sourced, not run.
. "$(dirname "${BASH_SOURCE[0]}")/../dev/lib.sh"

work=$(mktemp -d)
started=()
clean_up() {
    local process
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean_up EXIT

# Builds the benchmarks and sets `tools` to the folder they are in.
build_tools() {
    dev/setup --benchmarks
    local options=(-c release --static-swift-stdlib --package-path Benchmarks)
    swift build "${options[@]}" >&2
    tools=$(swift build "${options[@]}" --show-bin-path)
}

# Builds a product as it is shipped and sets `product` to its path.
build_product() {
    local options=(-c release --static-swift-stdlib --scratch-path .build/static --product "$1")
    swift build "${options[@]}" >&2
    product=$(swift build "${options[@]}" --show-bin-path)/$1
}

# start_echo ARGUMENTS…: a server at $work/ipc.socket, what it prints in $work/echo.log.
start_echo() {
    "$tools/ipc-echo" "$work/ipc.socket" "$@" >"$work/echo.log" &
    started+=($!)
    export AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT=$work/ipc.socket SVCUID=0123456789ABCDEF
    until [ -S "$work/ipc.socket" ]; do sleep 0.02; done
}
