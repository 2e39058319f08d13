# Sourced by what looks at a change alone: where it began, and what differs since.

# BASE, or where this branch left origin/main, or the commit before.
base_of_change() {
  local base=${1:-}
  [ -n "$base" ] || base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  [ -n "$base" ] && [ "$base" != "$(git rev-parse HEAD)" ] || base=$(git rev-parse HEAD~1)
  printf '%s\n' "$base"
}

# changed_rooms ROOM…: those in which something differs; all of them where it is how they are built.
changed_rooms() {
  local base differs room
  base=$(base_of_change)
  differs=$(git diff --name-only "$base" -- src cmake CMakeLists.txt CMakePresets.json)
  for room in "$@"; do
    ! grep -qE "^(src/$room/|src/CMakeLists|CMake|cmake/)" <<<"$differs" || printf '%s\n' "$room"
  done
}
