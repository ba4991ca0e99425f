#!/usr/bin/env bash
# boot.sh TREE WORK CGROUP: boots systemd on a machine of its own. Its files are those of TREE, and what it changes is
# in memory; it sees its own processes, network, control groups, and devices that hold nothing.
set -euo pipefail
echo $$ >"$3/cgroup.procs"
exec unshare --mount --pid --fork --ipc --uts --net --cgroup --propagation private --kill-child bash -euc '
	tree=$1 work=$2 root=$2/root
	mount -t tmpfs tmpfs "$work"
	mkdir "$work"/{upper,work,root}
	mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" "$root"
	mount -t proc proc "$root/proc"
	mount -t sysfs sysfs "$root/sys"
	mount -t tmpfs -o mode=755 tmpfs "$root/run"
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	for device in null zero full random urandom tty; do
		touch "$root/dev/$device"
		mount --bind "/dev/$device" "$root/dev/$device"
	done
	mkdir "$root"/dev/{pts,shm}
	mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
	mount -t tmpfs tmpfs "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
	echo machine >/proc/sys/kernel/hostname
	cd "$root"
	mkdir -p .former
	pivot_root . .former
	umount -l /.former
	rmdir /.former
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal --show-status=0
' boot "$1" "$2"
