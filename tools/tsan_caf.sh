#!/usr/bin/env bash
# Builds CAF's core library with ThreadSanitizer from Debian's own source package, because with Debian's binary every
# handler has an uninstrumented frame below it and races between actors stay hidden. Once; a minute or two on two cores.
#
# usage: tools/tsan_caf.sh DESTINATION      afterwards DESTINATION/lib has libcaf_core.so
set -euo pipefail

destination=${1:?usage: tools/tsan_caf.sh DESTINATION}
if [ -e "$destination/lib/libcaf_core.so" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/sources"
chmod -R a+rX "$work"

# The distribution's own servers, asked for sources; the machine's package lists stay as they are.
for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
  [ -e "$file" ] || continue
  sed -E 's/^Types: .*/Types: deb-src/; s/^deb /deb-src /' "$file" >"$work/sources/$(basename "$file")"
done
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/lists")
"${apt[@]}" update 2>/dev/null
version=$(dpkg-query -W -f='${source:Version}' libcaf-dev)
(cd "$work" && "${apt[@]}" source --download-only --tar-only "actor-framework=$version" 2>/dev/null)
tar -xf "$work"/actor-framework_*.orig.tar.* -C "$work"

source=$(find "$work" -maxdepth 1 -type d -name 'actor-framework*' | head -1)
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_STANDARD=17 \
  -DCMAKE_CXX_FLAGS='-fsanitize=thread -g1 -w' -DCAF_NO_IO=ON -DCAF_NO_TOOLS=ON -DCAF_NO_EXAMPLES=ON \
  -DCAF_NO_UNIT_TESTS=ON -DCAF_NO_OPENSSL=ON >/dev/null
ninja -C "$work/build" >/dev/null
mkdir -p "$destination/lib"
find "$work/build" -name 'libcaf_core*.so*' -exec cp -P {} "$destination/lib/" \;
