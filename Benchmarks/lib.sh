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

# build_product NAME [OPTION…]: builds a product as it is shipped, OpenSSL's part of it linked statically, and sets `product` to its path.
build_product() {
    local name=$1 library
    shift
    local options=(-c release --static-swift-stdlib "$@" --scratch-path .build/static --product "$name")
    library=$(pkg-config --variable=libdir libcrypto)
    if [ -f "$library/libcrypto.a" ]; then
        # A folder with nothing but the archive, found before the one that has the shared library too.
        mkdir -p .build/static/openssl
        ln -sfn "$library/libcrypto.a" .build/static/openssl/libcrypto.a
        printf 'Name: libcrypto\nDescription: libcrypto, static\nVersion: 3\nLibs: -L%s -lcrypto\nCflags:\n' \
            "$root/.build/static/openssl" >.build/static/openssl/libcrypto.pc
        local -x PKG_CONFIG_PATH=$root/.build/static/openssl
    fi
    swift build "${options[@]}" >&2
    product=$(swift build "${options[@]}" --show-bin-path)/$name
}

# Sets `python` to an interpreter that has the official Python SDK, the version that is compared with.
python_sdk() {
    local version=1.31.0
    python=$root/.benchmarks/python-$version/bin/python
    [ -e ".benchmarks/python-$version/complete" ] && return
    python3 -m venv ".benchmarks/python-$version"
    "$python" -m pip install -q "awsiotsdk==$version" >&2
    touch ".benchmarks/python-$version/complete"
}

# start_echo ARGUMENTS…: a server at $work/ipc.socket, what it prints in $work/echo.log.
start_echo() {
    "$tools/ipc-echo" "$work/ipc.socket" "$@" >"$work/echo.log" &
    started+=($!)
    export AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT=$work/ipc.socket SVCUID=0123456789ABCDEF
    until [ -S "$work/ipc.socket" ]; do sleep 0.02; done
}
