#!/bin/sh
# Installs redis-server from Debian's packages when it is missing. Starts nothing: whoever wants a Redis starts one.
set -eu

if command -v redis-server >/dev/null; then
    echo "redis-server is there: $(redis-server --version)"
    exit 0
fi

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"

# Debian's package would start a service. This is how it is told not to.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi

$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server
# Nor shall it be started with the machine from now on.
if command -v systemctl >/dev/null; then
    $as_root systemctl disable redis-server >/dev/null 2>&1 || true
fi
echo "redis-server was installed: $(redis-server --version)"
