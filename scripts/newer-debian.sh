# Sourced by scripts/versions: packages of a newer Debian, unpacked and made to run by the libc that they came with.

suite=forky
newer=$PWD/build/versions/debian

# The mirror that this machine's apt has for its own Debian.
mirror() {
  . /etc/os-release
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $VERSION_CODENAME" | head -n 1
}

# An apt of its own: its lists, its packages, and the belief that nothing is installed.
configure_newer() {
  local uri
  uri=$(mirror)
  [ -n "$uri" ] || { say "E: apt knows no mirror of Debian here: is this Debian, and has apt-get update been run?"; return 1; }
  mkdir -p "$newer"/{lists,archives}/partial "$newer"/{parts,preferences}
  : >"$newer/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$newer/sources.list"
  cat >"$newer/apt.conf" <<END
Dir::Etc::SourceList "$newer/sources.list";
Dir::Etc::SourceParts "$newer/parts";
Dir::Etc::PreferencesParts "$newer/preferences";
Dir::State "$newer";
Dir::State::status "$newer/status";
Dir::Cache "$newer";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "1";
Acquire::http::Timeout "20";
APT::Architectures { "$(dpkg --print-architecture)"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
END
}

# newer_apt ARGUMENT…: apt-get of the newer Debian.
newer_apt() { APT_CONFIG=$newer/apt.conf apt-get -q -y "$@"; }

update_newer() {
  [ -e "$newer/updated" ] || { configure_newer && newer_apt update && touch "$newer/updated"; }
}

forget_newer() { rm -rf "$newer"; }

# files_of PACKAGE…: these and what they depend on, as apt calls their files.
files_of() { newer_apt install -qq --print-uris -o Dir::Cache::archives="$newer/none" "$@" | awk '{ print $2 }'; }

# unpack_newer ROOT PACKAGE…: these and all that they depend on, in ROOT; their programs run from there.
unpack_newer() {
  local root=$1 files file
  shift
  set -- "$@" patchelf
  update_newer && newer_apt install --download-only "$@" && files=$(files_of "$@") || return
  mkdir -p "$root"
  for file in $files; do
    dpkg-deb -x "$newer/archives/$file" "$root" || return
  done
  point_links_inside "$root"
  run_by_own_libc "$root"
}

# Links with a path from / mean the root that the packages were made for, where it has what they name.
point_links_inside() {
  local root=$1 link target
  find "$root" -type l -lname '/*' | while read -r link; do
    target=$(readlink "$link")
    [ ! -e "$root$target" ] || ln -sfn "$root$target" "$link"
  done
}

# Each program gets the loader and the libraries of ROOT. (The loader last: the other way round patchelf breaks
# programs at a fixed address.)
run_by_own_libc() {
  local root=$1 libraries loader program own
  libraries=$(echo "$root"/usr/lib/*-linux-gnu)
  loader=$(echo "$libraries"/ld-linux-*.so.*)
  patch() { "$loader" --library-path "$libraries" "$root/usr/bin/patchelf" "$@"; }
  find "$root/usr" \( -path '*/bin/*' -o -path '*/lib/jvm/*' \) -type f -perm -100 ! -name patchelf | while read -r program; do
    patch --print-interpreter "$program" >/dev/null 2>&1 || continue
    own=$(patch --print-rpath "$program")
    patch --force-rpath --set-rpath "${own:+$own:}$libraries" "$program"
    patch --set-interpreter "$loader" "$program"
  done
}
