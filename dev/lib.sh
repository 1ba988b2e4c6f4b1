# SPDX-License-Identifier: Apache-2.0
# Helpers of the scripts in dev/ and .ci/; sourced, not run. Leaves the shell in the package's folder.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# How a program for a device is built. Executables export what they have for plug-ins, which these have not: half a
# megabyte of names, and of code that nobody calls.
release=(-c release --static-swift-stdlib -Xswiftc -Osize -Xlinker --no-export-dynamic -Xlinker --icf=safe)

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Runs a build, shows what it prints, and fails on any warning: the manifest turns the compiler's into errors, this
# catches those of SwiftPM and of the C compiler. What ld.gold says of AddressSanitizer's own symbols is no fault of ours.
strictly() {
    local log status=0
    log=$(mktemp)
    "$@" 2>&1 | tee "$log" || status=$?
    if [ "$status" = 0 ] && awk '/warning:/ && !/Cannot export local symbol .__asan_/ { n++ } END { exit !n }' "$log"; then
        printf '%s: a warning stops the build, see above\n' "${0##*/}" >&2
        status=1
    fi
    rm -f "$log"
    return "$status"
}

# Every Swift file of the project that is, or is about to be, under version control.
swift_files() {
    git ls-files -z --cached --others --exclude-standard -- '*.swift' "$@"
}
