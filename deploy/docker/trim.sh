#!/bin/sh
# Removes from node_modules what no image needs: binaries of other platforms, sources that binaries
# come beside, declarations and source maps. Licences stay.
set -eu
modules=$1
platform=$(node -p '`${process.platform}-${process.arch}`')
# Fails if a package has no binary for this platform, or keeps its binaries elsewhere.
keep_only() {
  test -e "$1/$2"
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$2" -exec rm -r {} +
}
keep_only "$modules/better-sqlite3/prebuilds" "$platform.node"
rm -r "$modules/better-sqlite3/deps" "$modules/better-sqlite3/src"
keep_only "$modules/webgpu/dist" "$platform"
find "$modules" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
