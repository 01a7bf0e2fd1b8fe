#!/bin/bash
# Registry packages for the corpora, by group: base dev (docs and PHP sites come from Debian, apps from PyPI and npm).
set -euo pipefail
H=${CORPORA_HOME:-$HOME/.cache/corpora}
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$H"/{venvs,npm,logs,state,git,out}
apt() { apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 install "$@" >>"$H/logs/apt.log" 2>&1; }
venv() { [ -x "$H/venvs/$1/bin/python" ] || python3 -m venv "$H/venvs/$1"; "$H/venvs/$1/bin/pip" install -q "$1==$2" >>"$H/logs/pip.log" 2>&1; }
npmi() { (cd "$H/npm" && { [ -f package.json ] || npm init -y >/dev/null; } && npm i --no-audit --no-fund --ignore-scripts --legacy-peer-deps "$@" >>"$H/logs/npm.log" 2>&1); }
for g in "$@"; do
  case $g in
  base)
    apt-get update -q >>"$H/logs/apt.log" 2>&1
    apt chromium fonts-dejavu-core
    [ -x "$H/venv/bin/python" ] || python3 -m venv "$H/venv"
    "$H/venv/bin/pip" install -q playwright==1.65.2 aiohttp==3.14.5 pillow numpy >>"$H/logs/pip.log" 2>&1
    npmi rrweb@2.2.2
    ;;
  dev)
    apt php8.2-cli php8.2-mysql php8.2-mbstring php8.2-xml php8.2-intl php8.2-curl php8.2-gd php8.2-zip mariadb-server phpmyadmin python3.11-doc
    "$H/venv/bin/pip" install -q django==5.2.19 wagtail==8.0.1 jupyterlab==4.6.6 >>"$H/logs/pip.log" 2>&1
    npmi admin-lte@3.2.0 swagger-ui-dist@5.35.0 tinymce@8.9.2 ag-grid-community@36.2.0 leaflet@1.9.4 tabulator-tables@6.5.3 quill@2.0.3
    # The package comes without its plug-ins' folder; its own script gathers that from node_modules.
    (cd "$H/npm" && node node_modules/admin-lte/build/npm/Publish.js >>"$H/logs/npm.log" 2>&1)
    ;;
  *) echo "groups: base dev" >&2; exit 2 ;;
  esac
  echo "installed $g"
done
