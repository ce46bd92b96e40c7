#!/bin/sh
# Installs Debian's redis-server where it is missing. Starts nothing: the tests start one of their own.
set -e

if ! command -v redis-server >/dev/null; then
  echo "cluster: installing Debian's redis-server"
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  # The package would start a service. This is how it is told not to.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -q >/dev/null
  # -E: sudo would leave the variable out.
  $as_root ${as_root:+-E} apt-get install -q -y --no-install-recommends redis-server >/dev/null
  # Nor shall it start with the machine from now on.
  if command -v systemctl >/dev/null; then
    $as_root systemctl disable redis-server >/dev/null 2>&1 || true
  fi
fi
echo "cluster: $(redis-server --version)"
