# Sourced by ./demo and ./test: what the machine lacks is installed, from Debian and npm alone.

build_packages=(clang-16 lld-16 libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libssl-dev libzstd-dev
  libsqlite3-dev libyaml-cpp-dev libpugixml-dev libarchive-dev libcli11-dev libfmt-dev cmake ninja-build ccache pkg-config
  ca-certificates zip binutils git)
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev libclang-rt-16-dev clang-format-16 clang-tidy-16 awscli
  python3-boto3 python3-websockets python3-cryptography python3-zstandard python3-venv ruby ruby-bundler
  curl unzip qemu-user-static)
cross_packages=(libstdc++-12-dev:arm64 libssl-dev:arm64 libzstd-dev:arm64)

say() { printf '%s\n' "$*" >&2; }

require_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    say "Node.js 20 or newer is needed and was not found. Install it (https://nodejs.org) and run this again."
    exit 1
  fi
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  if [ "$major" -lt 20 ]; then
    say "Node.js $(node -v) is too old: 20 or newer is needed."
    exit 1
  fi
}

# install_packages NAME…: those that are missing, by apt.
install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    say "Missing: ${missing[*]}. There is no apt-get here: install their like by hand."
    exit 1
  fi
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "Missing: ${missing[*]}. Run this as root once, or install them by hand."
      exit 1
    fi
    sudo=(sudo)
  fi
  case " ${missing[*]} " in *:arm64*) "${sudo[@]}" dpkg --add-architecture arm64 ;; esac
  say "Installing ${missing[*]}"
  "${sudo[@]}" apt-get update -q >/dev/null
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# npm_install FOLDER…: node_modules as the lock file says, only when it changed since.
npm_install() {
  local folder stamp
  for folder in "$@"; do
    stamp="$folder/node_modules/.installed-from"
    if [ -f "$stamp" ] && cmp -s "$stamp" "$folder/package-lock.json"; then continue; fi
    say "Installing npm packages of ${folder#"$PWD"/}"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error >/dev/null) || exit 1
    cp "$folder/package-lock.json" "$stamp"
  done
}
