package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDebian takes the package through its life on a fresh Debian.
func TestDebian(t *testing.T) {
	oldDeb, newDeb := packages(t)
	m := boot(t, debian(t))
	m.copy(oldDeb, "/root/old.deb")
	m.copy(newDeb, "/root/new.deb")
	for _, step := range []struct {
		name string
		run  func(*testing.T, *machine)
	}{
		{"install", installs},
		{"units", verifies},
		{"query", queries},
		{"reload", reloads},
		{"upgrade", upgrades},
		{"conflict", conflicts},
		{"remove", removes},
		{"purge", purges},
		{"foreign", foreign},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.run(t, &machine{t: t, init: m.init}) }) {
			break // the next builds on it
		}
	}
}

// isActive is asked until the answer is ActiveState=active.
const isActive = "systemctl show --property=ActiveState memgraphd.service"

// count writes how many nodes there are of the thousand that were made.
const count = "memgraphd shell --output-format=csv -c 'MATCH (n:Kept) RETURN count(n);' 2>&1 | grep -x '[0-9]*'"

// installs expects a service that runs, and that comes with the machine.
func installs(_ *testing.T, m *machine) {
	m.contains("dpkg -i /root/old.deb", "Setting up memgraphd")
	m.eventually("systemctl is-active memgraphd.service memgraph.service", "active\nactive")
	m.expect("systemctl is-enabled memgraphd.service memgraph.service", "enabled\nalias")
	m.contains("memgraphd version", older)
	m.contains("getent passwd memgraph", ":/var/lib/memgraph:")
	m.expect("stat --format='%U %a' /var/lib/memgraph /var/log/memgraph /etc/memgraph/memgraph.conf", "memgraph 700\nmemgraph 750\nroot 644")
	m.expect("stat --format=%U $(find /var/lib/memgraph) | sort -u", "memgraph")
	m.expect("find /var/lib/memgraph -perm /077", "")
	m.contains("systemctl show --value --property=StatusText memgraphd.service", "Serving Bolt")
	m.expect("bash -c '. /usr/share/bash-completion/completions/memgraphd && type -t __start_memgraphd'", "function")
	m.contains("zcat /usr/share/man/man1/memgraphd.1.gz", ".SH SIGNALS")
	m.contains("zcat /usr/share/man/man5/memgraph.conf.5.gz", "bolt")
	m.expect("dpkg --verify memgraphd", "")
}

// verifies has systemd judge the units.
func verifies(_ *testing.T, m *machine) {
	m.expect("systemd-analyze verify memgraphd.service memgraphd-backup.service memgraphd-backup.timer memgraphd-verify.service memgraphd-verify.timer 2>&1", "")
	m.contains("systemd-analyze security --threshold=15 memgraphd.service 2>&1 | tail -1", "Overall exposure level")
}

func queries(_ *testing.T, m *machine) {
	m.sh("memgraphd shell -c 'UNWIND range(1, 1000) AS i CREATE (:Kept {i: i});'")
	m.expect(count, "1000")
	m.contains("memgraphd health", "ready")
}

func reloads(_ *testing.T, m *machine) {
	m.sh("echo --log-level=DEBUG >>/etc/memgraph/memgraph.conf && systemctl reload memgraphd.service")
	m.eventually("journalctl --no-pager --output=cat --unit=memgraphd.service", "changed: --log-level=DEBUG")
	m.eventually(isActive, "ActiveState=active")
}

// upgrades expects the data and the changed configuration where they were, and the new server.
func upgrades(t *testing.T, m *machine) {
	t.Helper()
	former := m.property("MainPID")
	m.sh("dpkg -i /root/new.deb </dev/null")
	m.eventually(isActive, "ActiveState=active")
	m.contains("memgraphd version", newer)
	if now := m.property("MainPID"); now == former {
		t.Errorf("process %s runs as before", now)
	}
	m.expect("readlink /proc/"+m.property("MainPID")+"/exe", "/usr/bin/memgraphd")
	m.contains("journalctl --no-pager --output=cat --unit=memgraphd.service", "stopped: everything is written")
	m.expect(count, "1000")
	m.expect("tail -1 /etc/memgraph/memgraph.conf", "--log-level=DEBUG")
	m.expect("systemctl is-enabled memgraphd.service", "enabled")

	// Who has stopped the service finds it stopped after an upgrade.
	m.sh("systemctl stop memgraphd.service && dpkg -i /root/new.deb </dev/null")
	m.fails("systemctl is-active memgraphd.service", "inactive")
	m.sh("systemctl start memgraphd.service")
	m.expect(count, "1000")
}

// conflicts tries to install Memgraph beside it.
func conflicts(t *testing.T, m *machine) {
	t.Helper()
	dir := t.TempDir()
	control := "Package: memgraph\nVersion: 3.0\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\nDescription: stands for Memgraph\n"
	if err := os.MkdirAll(filepath.Join(dir, "memgraph/DEBIAN"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "memgraph/DEBIAN/control"), []byte(control), 0o600); err != nil {
		t.Fatal(err)
	}
	deb := filepath.Join(dir, "memgraph.deb")
	if out, err := exec.Command("dpkg-deb", "--build", filepath.Join(dir, "memgraph"), deb).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m.copy(deb, "/root/other.deb")
	m.fails("dpkg -i /root/other.deb", "conflict")
	m.sh("dpkg -P memgraph 2>/dev/null || true")
	m.expect(count, "1000")
}

// removes expects that everything comes back with the package.
func removes(_ *testing.T, m *machine) {
	m.sh("dpkg -r memgraphd")
	m.fails("systemctl is-active memgraphd.service", "inactive")
	m.fails("test -e /usr/bin/memgraphd", "")
	m.contains("cat /etc/memgraph/memgraph.conf", "--log-level=DEBUG")
	m.contains("ls /var/lib/memgraph", "database.json")
	m.sh("dpkg -i /root/new.deb </dev/null")
	m.eventually(isActive, "ActiveState=active")
	m.expect("systemctl is-enabled memgraphd.service", "enabled")
	m.expect(count, "1000")
}

// purges expects that nothing is left, and nothing asked.
func purges(t *testing.T, m *machine) {
	t.Helper()
	m.sh("dpkg -P memgraphd </dev/null")
	if left := m.sh("find / -xdev -iname '*memgraph*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/var/log/journal/*' 2>/dev/null"); left != "" {
		t.Errorf("what is left:\n%s", left)
	}
	m.fails("dpkg -s memgraphd", "not installed")
	m.fails("pidof memgraphd", "")
}

// foreign installs it where Memgraph's files are: they are refused by name, and stay through it all.
func foreign(_ *testing.T, m *machine) {
	m.write("/var/lib/memgraph/snapshots/20240101000000000000_timestamp_1", "MGsn")
	m.write("/var/lib/memgraph/settings/CURRENT", "MANIFEST-000004\n")
	m.sh("chown -R memgraph:memgraph /var/lib/memgraph")
	m.sh("dpkg -i /root/new.deb </dev/null")
	m.eventually("systemctl is-failed memgraphd.service || true", "failed")
	m.expect("systemctl show --value --property=ExecMainStatus memgraphd.service", "78")
	m.expect("systemctl show --value --property=NRestarts memgraphd.service", "0")
	m.contains("journalctl --no-pager --output=cat --unit=memgraphd.service", "Memgraph")
	out, err := m.run("", "dpkg", "-P", "memgraphd")
	if err != nil || !strings.Contains(out, "/var/lib/memgraph is kept") {
		m.t.Errorf("the purge: %v\n%s", err, out)
	}
	m.expect("cat /var/lib/memgraph/settings/CURRENT", "MANIFEST-000004")
}
