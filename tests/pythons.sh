#!/bin/sh
# The tests' core on every supported Python that is here, besides the one that `make test` uses.
# Usage: tests/pythons.sh VERSION...
set -eu
done_already=$("${PYTHON:-python3}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

find_python() {
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

for version in "$@"; do
    [ "$version" = "$done_already" ] && continue
    python=$(find_python "$version")
    if [ -z "$python" ]; then
        echo "Python $version is not here: its tests were left out."
        continue
    fi
    folder=.venv-$version
    if [ ! -e "$folder/.done" ]; then
        echo "Installing what the tests' core needs into $folder."
        "$python" -m venv "$folder"
        "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --upgrade "pip>=25.1"
        "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --constraint constraints.txt \
            --group core-test --editable ".[formats,engines,big]"
        "$folder/bin/python" -m pip --disable-pip-version-check install --quiet "gputil>=1.4" ||
            echo "GPUtil cannot be built here: the tests that need it are left out."
        touch "$folder/.done"
    fi
    echo "Python $version:"
    "$folder/bin/python" -m pytest -q -n 2 --ignore tests/browser tests
done
