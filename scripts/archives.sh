# Sourced by scripts/versions: packages of another release, unpacked and made to run by the libc that they came with.

# use_archive NAME: what is below is of debian, a newer one than this machine's, or of ubuntu, which has .NET.
use_archive() {
  archive=$1
  apart=$PWD/build/versions/$1
}

# The mirror that this machine's apt has for its own Debian.
mirror() {
  . /etc/os-release
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $VERSION_CODENAME" | head -n 1
}

sources_of_debian() {
  local uri
  uri=$(mirror)
  [ -n "$uri" ] || { say "E: apt knows no mirror of Debian here: is this Debian, and has apt-get update been run?"; return 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri forky main"
}

# Where it is, and by which keys it signs, packages of Debian say.
sources_of_ubuntu() {
  local known=$apart/known host=archive uri suite
  (use_archive debian && unpack_as_it_is "$known" debootstrap ubuntu-keyring) >&2 || return
  [ "$(dpkg --print-architecture)" = amd64 ] || host=ports
  uri=$(grep -o -m 1 "http://$host\.[^ ]*" "$known/usr/share/debootstrap/scripts/gutsy")
  for suite in noble noble-updates; do
    echo "deb [signed-by=$known/usr/share/keyrings/ubuntu-archive-keyring.gpg] $uri $suite main universe"
  done
}

# An apt of its own: its lists, its packages, and the belief that nothing is installed.
configure_apart() {
  mkdir -p "$apart"/{lists,archives}/partial "$apart"/{parts,preferences}
  : >"$apart/status"
  "sources_of_$archive" >"$apart/sources.list" || return
  cat >"$apart/apt.conf" <<END
Dir::Etc::SourceList "$apart/sources.list";
Dir::Etc::SourceParts "$apart/parts";
Dir::Etc::PreferencesParts "$apart/preferences";
Dir::State "$apart";
Dir::State::status "$apart/status";
Dir::Cache "$apart";
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

# apt_apart ARGUMENT…: apt-get of the archive in use.
apt_apart() { APT_CONFIG=$apart/apt.conf apt-get -q -y "$@"; }

update_apart() {
  [ -e "$apart/updated" ] || { configure_apart && apt_apart update && touch "$apart/updated"; }
}

forget_archives() { rm -rf build/versions/debian build/versions/ubuntu; }

# files_of PACKAGE…: these and what they depend on, as apt calls their files.
files_of() { apt_apart install -qq --print-uris -o Dir::Cache::archives="$apart/none" "$@" | awk '{ print $2 }'; }

# unpack_as_it_is FOLDER PACKAGE…: these alone.
unpack_as_it_is() {
  local folder=$1 name
  shift
  update_apart && apt_apart install --download-only "$@" || return
  mkdir -p "$folder"
  for name in "$@"; do
    dpkg-deb -x "$apart/archives/${name}_"*.deb "$folder" || return
  done
}

# unpack_to_run ROOT PACKAGE…: these and all that they depend on, in ROOT; their programs run from there.
unpack_to_run() {
  local root=$1 files file
  shift
  set -- "$@" patchelf
  update_apart && apt_apart install --download-only "$@" && files=$(files_of "$@") || return
  mkdir -p "$root"
  for file in $files; do
    dpkg-deb -x "$apart/archives/$file" "$root" || return
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
  find "$root/usr" \( -path '*/bin/*' -o -path '*/lib/jvm/*' -o -path '*/lib/dotnet/*' \) -type f -perm -100 ! -name patchelf |
    while read -r program; do
      patch --print-interpreter "$program" >/dev/null 2>&1 || continue
      own=$(patch --print-rpath "$program")
      patch --force-rpath --set-rpath "${own:+$own:}$libraries" "$program"
      patch --set-interpreter "$loader" "$program"
    done
}
