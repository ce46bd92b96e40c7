#!/bin/sh
# Installs Debian's Chromium and its driver where one of them is missing.
set -e

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  echo "browser: installing Debian's chromium and chromium-driver"
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -q >/dev/null
  # -E: sudo would leave the variable out.
  $as_root ${as_root:+-E} apt-get install -q -y --no-install-recommends chromium chromium-driver >/dev/null
fi
echo "browser: $(chromium --version --no-sandbox 2>/dev/null | tail -n 1)"
