import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Debian packages that tests need besides Node, and those that set TensorFlow up for tests. Each has something that exists once the package is
 * installed: a command, or a pattern of paths. Run as a program, this file prints their names.
 */
const PACKAGES = {
  "aardvark-dns": "/usr/lib/podman/aardvark-dns",
  bash: "bash",
  bsdutils: "script",
  buildah: "buildah",
  catatonit: "catatonit",
  chromium: "/usr/bin/chromium",
  "chromium-common": "/usr/lib/chromium/vk_swiftshader_icd.json",
  curl: "curl",
  "g++": "g++",
  gcc: "gcc",
  iptables: "/usr/sbin/iptables",
  libfaketime: "/usr/lib/*/faketime/libfaketime.so.1",
  "libprotobuf-dev": "/usr/include/google/protobuf/any.proto",
  libvulkan1: "/usr/lib/*/libvulkan.so.1",
  mmdebstrap: "mmdebstrap",
  mount: "mount",
  netavark: "/usr/lib/podman/netavark",
  openssl: "openssl",
  podman: "podman",
  "podman-compose": "podman-compose",
  postgresql: "/usr/lib/postgresql/*/bin/postgres",
  prometheus: "promtool",
  "protobuf-compiler": "protoc",
  python3: "/usr/bin/python3",
  "python3-pip": "/usr/lib/python3/dist-packages/pip",
  "python3-grpcio": "/usr/lib/python3/dist-packages/grpc",
  "python3-protobuf": "/usr/lib/python3/dist-packages/google/protobuf",
  runc: "/usr/sbin/runc",
  sqlite3: "sqlite3",
  strace: "strace",
  "util-linux": "unshare",
} as const;

export type DebianPackage = keyof typeof PACKAGES;

/** The packages that are not installed. */
export function missingPackages(packages: readonly DebianPackage[]): DebianPackage[] {
  return packages.filter((name) => !isThere(PACKAGES[name]));
}

function isThere(sign: string): boolean {
  if (sign.startsWith("/")) return globSync(sign).length > 0;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, sign)));
}

if (import.meta.main) process.stdout.write(`${Object.keys(PACKAGES).join(" ")}\n`);
