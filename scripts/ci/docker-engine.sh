#!/bin/bash
# Makes a bare Debian machine ready for worlds on Docker, as root: installs the engine, starts it, and makes the two base images where
# no registry gives them. What is there already is left alone. The images' file systems are kept in PETRI_CI_CACHE.
#
#     scripts/ci/docker-engine.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin

node_image=${NODE_IMAGE:-node:24-slim}
redis_image=${REDIS_IMAGE:-redis:7-alpine}
cache=${PETRI_CI_CACHE:-/var/cache/petri-ci}
mirror=${PETRI_CI_MIRROR:-http://deb.debian.org/debian}
suite=bookworm
engine_log=/var/log/petri-ci-dockerd.log

answers() { timeout 5 docker info >/dev/null 2>&1; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# installed COMMAND PACKAGE: installs the package where the command is missing.
installed() {
  command -v "$1" >/dev/null && return
  echo "installing $2" >&2
  if [[ -z ${apt_is_fresh:-} ]]; then
    apt-get update -qq
    apt_is_fresh=1
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}

start_engine() {
  answers && return
  installed dockerd docker.io
  installed docker docker.io
  installed iptables iptables
  # A session of its own: it outlives this script and hears no Ctrl-C. A pid file of a dead engine would keep it from starting.
  if [[ -f /var/run/docker.pid ]] && ! kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; then rm -f /var/run/docker.pid; fi
  # Subnets for 256 networks instead of 31: it now and then keeps one on which nothing stands any more (moby/moby#42119).
  setsid dockerd --default-address-pool base=172.28.0.0/16,size=24 >>"$engine_log" 2>&1 </dev/null &
  for _ in $(seq 300); do
    answers && return
    sleep 0.2
  done
  tail -n 20 "$engine_log" >&2
  echo "the Docker engine does not answer after a minute: what it said stands above" >&2
  return 1
}

# Without systemd all containers together weigh as much on the cpu as one process: on two busy cores thirty parts would starve
# beside the tests that ask them. Where the kernel's groups are of another kind there is nothing to do.
weigh_containers() {
  local group=/sys/fs/cgroup/cpu/docker
  [[ -w /sys/fs/cgroup/cpu ]] || return 0
  mkdir -p "$group" && echo 16384 >"$group/cpu.shares" || echo "the containers keep their small weight on the cpu"
}

# The Node that goes into the image: the one that set-up fetched, else one on PATH that is new enough.
node_binary() {
  local candidate
  for candidate in .node/runtime/bin/node "$(command -v node || true)"; do
    [[ -x $candidate ]] || continue
    if "$candidate" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)'; then
      readlink -f "$candidate"
      return
    fi
  done
  echo "no Node 24 for the image $node_image: npm run setup fetches one" >&2
  return 1
}

# base_archive: a Debian without anything, as a tar in the cache. Written beside and renamed, so that an interrupted one is no cache.
base_archive() {
  local archive=$cache/$suite.tar folder
  if [[ ! -f $archive ]]; then
    installed debootstrap debootstrap
    echo "making a small Debian ($suite)" >&2
    folder=$(mktemp -d "$cache/rootfs.XXXXXX")
    debootstrap --variant=minbase "$suite" "$folder" "$mirror" >"$cache/debootstrap.log" 2>&1 || { tail -n 20 "$cache/debootstrap.log" >&2; return 1; }
    rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/* "$folder"/usr/share/{doc,man,locale,info}/*
    chmod 0755 "$folder"
    tar -C "$folder" -cf "$archive.new" .
    mv "$archive.new" "$archive"
    rm -rf "$folder"
  fi
  echo "$archive"
}

# make_image IMAGE FILL OPTIONS…: unpacks the base into a folder, lets FILL add to it, imports it with these options.
make_image() {
  local image=$1 fill=$2 folder
  shift 2
  folder=$(mktemp -d "$cache/rootfs.XXXXXX")
  tar -C "$folder" -xf "$(base_archive)"
  "$fill" "$folder"
  tar -C "$folder" -c . | docker import "$@" - "$image" >/dev/null
  rm -rf "$folder"
  echo "made $image"
}

fill_node() {
  install -D -m 0755 "$(node_binary)" "$1/usr/local/bin/node"
}

fill_redis() {
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  # Nothing that is installed in there may start a service here.
  printf '#!/bin/sh\nexit 101\n' | install -m 0755 /dev/stdin "$1/usr/sbin/policy-rc.d"
  chroot "$1" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive chroot "$1" apt-get install -y -qq --no-install-recommends redis-server >"$cache/redis.log" 2>&1 || { tail -n 20 "$cache/redis.log" >&2; return 1; }
  rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/{doc,man}/* "$1/usr/sbin/policy-rc.d"
}

mkdir -p "$cache"
rm -rf "$cache"/rootfs.* "$cache"/*.new
start_engine
installed docker-compose docker-compose
weigh_containers
# Where a registry answers, its images are the better ones.
has_image "$node_image" || docker pull -q "$node_image" >/dev/null 2>&1 ||
  make_image "$node_image" fill_node -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' -c 'CMD ["node"]'
has_image "$redis_image" || docker pull -q "$redis_image" >/dev/null 2>&1 ||
  make_image "$redis_image" fill_redis -c 'EXPOSE 6379' -c 'CMD ["redis-server"]'
docker version --format 'Docker {{.Server.Version}} with API {{.Server.APIVersion}}'
for image in "$node_image" "$redis_image"; do docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' "$image"; done
