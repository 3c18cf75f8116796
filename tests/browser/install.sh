#!/bin/sh
# Find a Chromium for the browser tests, or install one; without any the tests say why they skip.
python=$1
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium by apt-get for the browser tests."
    apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit 0
fi
echo "Installing Chromium by playwright for the browser tests."
"$python" -m playwright install chromium ||
    echo "No Chromium could be installed: the browser tests will skip. Set CHROMIUM to the path of one."
exit 0
