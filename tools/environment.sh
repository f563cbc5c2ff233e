# Sourced by tools/demo, tools/test and tools/bench: they share one .venv in the repository's root.
# PYTHON names the interpreter that a new .venv is made with (default: python3).

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
venv_python="$root/.venv/bin/python"
# Python compiles what it imports, a part of what pip would compile in a minute; kept from it, each import takes twice
# as long.
unset PYTHONDONTWRITEBYTECODE
pip_options="-qq --disable-pip-version-check --no-compile"
export TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-2}"

fail() {
  printf 'tfconvkit: error: %s\n' "$1" >&2
  exit 1
}

# What an installation depends on. The root is part of it: an editable installation holds its absolute path.
fingerprint() {
  { printf '%s\n' "$root" "$1"; cat -- "$root/setup.cfg" "$root/pyproject.toml"; } | cksum
}

check_python() {
  local python=$1
  local other="Name another one, such as: PYTHON=python3.12 tools/test"
  "$python" -c '' 2>/dev/null || fail "expected Python 3.10 or newer, but \"$python\" does not run. $other"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "expected Python 3.10 or newer, received $("$python" --version 2>&1) from \"$python\". $other"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "\"$python\" lacks the venv module. Install it (Debian, Ubuntu: apt-get install python3-venv). $other"
}

make_venv() {
  local python=${PYTHON:-python3}
  if ! "$venv_python" -c '' 2>/dev/null; then
    check_python "$python"
    "$python" -m venv --clear "$root/.venv" || fail "\"$python\" could not create \"$root/.venv\"."
  fi
  # A creation that was interrupted leaves a Python without pip.
  "$venv_python" -m pip --version >/dev/null 2>&1 || "$venv_python" -m ensurepip >/dev/null ||
    fail "\"$root/.venv\" has no pip. Remove the folder and try again."
}

# One version, so that an index with CPU builds may answer with one; elsewhere on Linux this may be the build for CUDA.
install_torch() {
  "$venv_python" -c 'import torch' 2>/dev/null ||
    "$venv_python" -m pip install $pip_options 'torch==2.13.0' ||
    fail "PyTorch could not be installed; pip says why above. Install it by hand into \"$root/.venv\", or leave out \
--backends, which alone needs it."
}

install_extras() {
  case ",$1," in *,torch,*) install_torch ;; esac
  (cd -- "$root" && "$venv_python" -m pip install $pip_options -e ".[$1]") ||
    fail "the installation failed; pip says why above. TensorFlow may not support $("$venv_python" --version) yet: \
then remove \"$root/.venv\" and name another one, such as: PYTHON=python3.12 tools/test"
}

# ensure_environment EXTRAS: installs the package with these extras, unless that was done before.
ensure_environment() {
  local stamp="$root/.venv/tfconvkit-$1.stamp"
  local wanted
  wanted=$(fingerprint "$1")
  if [ -x "$venv_python" ] && [ -f "$stamp" ] && [ "$(cat -- "$stamp")" = "$wanted" ]; then
    return
  fi
  echo "tfconvkit: installing (a few minutes the first time)" >&2
  rm -f -- "$stamp"
  make_venv
  install_extras "$1"
  # The stamp comes last, whole: an interrupted installation has none.
  printf '%s\n' "$wanted" >"$stamp.new"
  mv -- "$stamp.new" "$stamp"
}
