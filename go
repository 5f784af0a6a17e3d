#!/bin/sh
# ./go COMMAND …  sets up what is missing in this clone, then runs `ringfence COMMAND …`: ./go demo, ./go test.
#
# Everything stays inside the clone: .venv (the libraries), .tools (uv, where the machine has none), var (all state).
# No root, no compiler, no Node. Once set up it starts from anywhere and without a network.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
venv=$root/.venv
tools=$root/.tools

say() { printf '%s\n' "$@" >&2; }

refuse() { # what is wrong, what is on record, what to do next
    say "$1" "$2" "$3"
    exit 1
}

runs() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for each in "${RINGFENCE_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if [ -n "$each" ] && command -v "$each" >/dev/null 2>&1 && runs "$each"; then
            command -v "$each"
            return
        fi
    done
    found=$(command -v python3 >/dev/null 2>&1 && python3 -V 2>&1 || echo none)
    say "Ringfence needs Python 3.11 or newer." \
        "Found on the path: $found." \
        "Install one (Debian, Ubuntu: apt install python3), or name it: RINGFENCE_PYTHON=/path/to/python3 ./go $*"
    exit 1
}

find_uv() { # on the path, or in the clone, or put into the clone with the pip that the repository keeps
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        command -v uv
        return
    fi
    if ! "$tools/bin/uv" --version >/dev/null 2>&1; then
        say "Fetching uv into .tools …"
        pip --quiet install --disable-pip-version-check --root-user-action ignore --no-deps --require-hashes --upgrade \
            --target "$tools" --requirement "$root/vendor/uv.lock" >&2 || return 1
    fi
    printf '%s\n' "$tools/bin/uv"
}

pip() { "$python" "$(echo_wheel)/pip" "$@"; }

echo_wheel() {
    for wheel in "$root"/vendor/pip-*.whl; do printf '%s\n' "$wheel"; done
}

use_own_mirror() { # a package mirror that is set for pip serves uv as well
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        mirror=${PIP_INDEX_URL:-$(pip config get global.index-url 2>/dev/null || true)}
        if [ -n "$mirror" ]; then
            UV_DEFAULT_INDEX=$mirror
            export UV_DEFAULT_INDEX
        fi
    fi
}

trust_the_system() { # a network with its own authority has put it among the system's certificates
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        if [ -f "$bundle" ] && [ -z "${UV_SYSTEM_CERTS:-}" ]; then
            UV_SYSTEM_CERTS=true
            UV_NATIVE_TLS=true # what older versions of uv call it
            export UV_SYSTEM_CERTS UV_NATIVE_TLS
        fi
    done
}

stamp() { # what a set-up was made from: it is made anew when any of it changes
    {
        printf '%s\n' "$root" "$1"
        "$venv/bin/python" -V
        cat "$root/requirements.lock" "$root/requirements-dev.lock" "$root/pyproject.toml"
    } 2>/dev/null | cksum
}

is_set_up() {
    [ -x "$venv/bin/ringfence" ] && [ -f "$venv/.set-up-$1" ] && [ "$(cat "$venv/.set-up-$1")" = "$(stamp "$1")" ]
}

set_up() {
    python=$(find_python "$@") || exit 1
    use_own_mirror
    trust_the_system
    uv=$(find_uv) || refuse "uv could not be fetched." "Tried: the path, $tools, and the package index that pip uses." \
        "Check the network (pip's settings and proxies hold), or install uv, and run ./go again."
    case $level in dev) lock=$root/requirements-dev.lock ;; *) lock=$root/requirements.lock ;; esac
    say "Setting up in .venv (once) …"
    rm -f "$venv/.set-up-run" "$venv/.set-up-dev"
    "$venv/bin/python" -c '' >/dev/null 2>&1 ||
        "$uv" venv --quiet --no-project --python-preference only-system --python "$python" --allow-existing "$venv" ||
        refuse "The folder .venv could not be made." "Python: $python; uv: $uv." "Free some space or remove .venv, and run ./go again."
    VIRTUAL_ENV=$venv
    export VIRTUAL_ENV
    { "$uv" pip sync --quiet --require-hashes "$lock" &&
        "$uv" pip install --quiet --no-deps --no-build-isolation --editable "$root"; } ||
        refuse "The libraries could not be installed." "Asked for: $lock, with the hashes written there." \
            "Check the network (a mirror: UV_DEFAULT_INDEX=https://… ./go), and run ./go again."
    stamp run >"$venv/.set-up-run"
    if [ "$level" = dev ]; then stamp dev >"$venv/.set-up-dev"; fi
}

case ${1:-} in test | bench) level=dev ;; *) level=run ;; esac
is_set_up "$level" || set_up "$@"
RINGFENCE_HOME=${RINGFENCE_HOME:-$root/var}
export RINGFENCE_HOME
exec "$venv/bin/ringfence" "$@"
